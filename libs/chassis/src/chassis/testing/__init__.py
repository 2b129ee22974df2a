"""What tests of every service share: real servers, test keys, settable time and readable ids."""
