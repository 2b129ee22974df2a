"""What the client is told about its surroundings; read once from the environment."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chassis.settings import PREFIX, DatabaseUrl, HttpUrl, IssuerUrl, Port


class Settings(BaseSettings):
    """``public_url`` is where browsers find the client; ``assets_folder`` holds the style that was fetched."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

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

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: ``chassis.settings.load`` is the one place that reads the environment."""
        return (init_settings,)


class OwnerSettings(BaseSettings):
    """What migrating needs, and no more; the other two only where it makes the database, too."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    database_owner_url: Annotated[DatabaseUrl, Field(min_length=1)]
    database_url: DatabaseUrl = ""
    database_admin_url: DatabaseUrl = ""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only, as above."""
        return (init_settings,)
