"""/graphql for everyone else: HTTP, GraphQL over SSE and graphql-transport-ws.

Strawberry's view with the specifications to the letter. Each module beside this one mends one
thing, and says what the view does as shipped.
"""

from web.graphql.body import MAX_BODY as MAX_BODY
from web.graphql.endpoint import Endpoint as Endpoint
