import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { NetworkScan } from '../connection/found/scan.ts'
import { ScanBody, ScanSchema } from '../schemas/scan.ts'
import { tag } from '../schemas/words.ts'

/** The search for OBS in a network. Admins alone: it asks machines that belong to others. */
export function scanRoutes(scan: NetworkScan, audit: AuditLog): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/obs/scan',
      tag,
      summary: 'How far the search for OBS in a network is, and what it found',
      role: 'admin',
      responses: { 200: ScanSchema },
      handler: () => ({ body: scan.status }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/scan',
      tag,
      summary: 'Looks for OBS at one port of each machine of a private network, up to a /24',
      role: 'admin',
      body: ScanBody,
      responses: { 202: ScanSchema },
      handler: ({ body, principal }) => {
        const status = scan.start(body)
        audit.record({ kind: 'command', message: `OBS is looked for in ${body.network}, port ${status.port}`, actor: principal.id })
        return { status: 202, body: status }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/obs/scan',
      tag,
      summary: 'Ends the search for OBS; what it found stays',
      role: 'admin',
      responses: { 204: Type.Null() },
      handler: () => {
        scan.cancel()
        return { status: 204, body: null }
      },
    }),
  ]
}
