"""One server for each file."""

from tests.sites import join as join
from tests.sites import site as site
from tests.sites import site_url as site_url
