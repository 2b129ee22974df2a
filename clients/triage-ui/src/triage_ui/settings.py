"""The surroundings of the client, read once from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from chassis.settings import DatabaseUrl, GivenSettings, HttpUrl, IssuerUrl, Port


class Settings(GivenSettings):
    """``public_url`` is where browsers find the client; ``assets_folder`` holds the style that was fetched."""

    database_url: Annotated[DatabaseUrl, Field(min_length=1)]
    oidc_issuer: IssuerUrl
    oidc_audience: str = "frontdoor"
    client_id: str = "frontdoor-ui"
    client_key_file: Path
    sealing_key_file: Path
    public_url: HttpUrl
    http_host: str = "127.0.0.1"
    http_port: Port = 8000
    service_urls: dict[str, HttpUrl]
    partnerships_folder: Path = Path("partnerships")
    assets_folder: Path
    idle_minutes: Annotated[int, Field(ge=3, le=60)] = 20
    absolute_hours: Annotated[int, Field(ge=1, le=12)] = 10
