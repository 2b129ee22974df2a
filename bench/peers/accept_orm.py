"""FastAPI and SQLAlchemy's ORM: parse the body, two mapped rows in one session, answer after COMMIT."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import BigInteger, DateTime, Identity
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.peers.serving import POOL_SIZE, Body, app, content_of, serve
from bench.peers.tables import event_of
from chassis.clock import SystemClock

clock = SystemClock()


class Base(DeclarativeBase):
    """What is mapped."""


class Referral(Base):
    """What came in."""

    __tablename__ = "referral"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Event(Base):
    """The event that reports it."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    referral_id: Mapped[UUID]
    data: Mapped[bytes]


engine = create_async_engine(
    make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"), pool_size=POOL_SIZE, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


api = app(_lifespan)


@api.post("/v1/referrals", status_code=202)
async def accept(body: Body) -> dict[str, str]:  # type: ignore[valid-type]
    """Add two objects, commit, answer."""
    referral_id = uuid4()
    async with sessions() as session, session.begin():
        session.add(Referral(id=referral_id, body=content_of(body), received_at=clock.now()))
        session.add(Event(referral_id=referral_id, data=event_of(referral_id)))
    return {"referral_id": str(referral_id), "status": "received"}


if __name__ == "__main__":
    serve(api)
