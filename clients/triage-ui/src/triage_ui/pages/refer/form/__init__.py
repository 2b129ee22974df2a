"""The questions of the referral form, as people are asked them; each has its place in what intake takes."""
