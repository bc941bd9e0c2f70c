"""REST v1; thin: serializers check shape, services write, filters are shared with the pages."""
