"""The size of a provider, for its peer group: by the GMV that counted in the model's window."""

# Upper ends, in minor units per 30 days: up to 500,000 yuan is small, up to 5,000,000 medium, above it large.
BANDS = ((50_000_000, "small"), (500_000_000, "medium"))
LARGEST = "large"
NET_GMV = "gmv_minor - refunded_gmv_minor"


def size_of(monthly_gmv_minor: int) -> str:
    """The band of a monthly GMV."""
    for most, name in BANDS:
        if monthly_gmv_minor <= most:
            return name
    return LARGEST
