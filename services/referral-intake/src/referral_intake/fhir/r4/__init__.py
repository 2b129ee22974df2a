"""R4 as far as a referral needs it: resources and data types that know where in the message they stand."""
