"""What all tables of this service are in, those of delivery and of commands among them."""

from sqlalchemy import MetaData

from chassis.delivery import tables as delivery
from chassis.web import commands

metadata = MetaData()
delivery.add_to(metadata)
commands.add_to(metadata)
