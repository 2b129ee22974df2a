"""Every statement that the services' tests execute is planned over large tables: none may read a large one whole.

- ``heard``: which statements the product executes, heard where SQLAlchemy hands them to the driver.
- ``filling``: a database as years of use leave it, filled from what its catalog says of each table.
- ``judging``: what PostgreSQL plans to do for each statement there.
- ``plugin``: listens in every run, and judges when the last test has ended.
"""
