"""A seeded demo world, told through the portal's own services, and the report of the whole main job on it."""
