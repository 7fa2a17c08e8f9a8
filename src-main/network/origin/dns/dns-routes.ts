import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { DnsBook } from './dns-book.ts'
import { DnsSettingsSchema, DnsStateSchema, SecondarySchema } from './dns-schemas.ts'

const tag = 'network'

/** DNS of the nodes: who changes it decides where viewers go, and names files of this machine. Admins alone. */
export function dnsRoutes(book: DnsBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/network/dns',
      tag,
      summary: 'The zone that names nodes to viewers: its settings, and which nodes are in its answers',
      role: 'admin',
      responses: { 200: DnsStateSchema },
      handler: () => ({ body: book.state }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/dns',
      tag,
      summary: 'Changes the zone; Knot checks it before it is served',
      role: 'admin',
      body: DnsSettingsSchema,
      responses: { 200: DnsStateSchema },
      handler: async ({ body, principal }) => ({ body: await book.change(body, principal.id) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/dns/secondary',
      tag,
      summary: 'Configuration of a secondary name server, with the TSIG key',
      role: 'admin',
      responses: { 200: SecondarySchema },
      handler: () => ({ body: { configuration: book.secondary } }),
    }),
  ]
}
