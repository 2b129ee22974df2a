"""What all tables of this service are in, those of delivery among them."""

from sqlalchemy import MetaData

from chassis.delivery import tables as delivery

metadata = MetaData()
delivery.add_to(metadata)
