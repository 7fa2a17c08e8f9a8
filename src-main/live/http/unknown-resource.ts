import type { ResourceHandlers } from './resources.ts'
import { sendMethodRejected, sendPreflight, sendProblem } from './response.ts'

/**
 * Rejects requests for what no stream has: `unknown` of `live-url`. They pass access first, so that 404 says nothing about a stream that the
 * client may not watch. Delivery processes leave them to the host.
 */
export function createUnknownResource(count: () => void = () => undefined): { readonly resources: ResourceHandlers } {
  return {
    resources: {
      unknown: ({ request, response }) => {
        count()
        if (request.method === 'GET' || request.method === 'HEAD') sendProblem(response, 'request.not_found')
        else if (request.method === 'OPTIONS') sendPreflight(response)
        else sendMethodRejected(response)
      },
    },
  }
}
