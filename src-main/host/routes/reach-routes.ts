import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import type { Reach } from '../../platform/outbound/reach.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'

const tag = 'host'
const Folders = Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), {
  maxItems: 200,
  description: 'absolute paths; what is below them is open, too',
})
const Hosts = Type.Array(Type.String({ minLength: 1, maxLength: 260 }), {
  maxItems: 200,
  description: 'names (nas.lan, *.lan), IP addresses (192.168.1.20) and blocks (192.168.1.0/24), also with a port (127.0.0.1:3000)',
})
const ReachSchema = Type.Object({
  folders: Folders,
  hosts: Hosts,
  mediaFolders: Type.Array(Type.String(), { description: 'folders that are always open: recordings, clips, and one for media' }),
})

/** /editor-reach: which folders of this machine and which hosts of its network editors may name. */
export function reachRoutes({ reach, audit }: { readonly reach: Reach; readonly audit: AuditLog }): readonly RouteDefinition[] {
  const view = () => ({ ...reach.editors(), mediaFolders: reach.mediaFolders })
  return [
    defineRoute({
      method: 'GET',
      path: '/editor-reach',
      tag,
      summary: 'Folders and hosts that editors may name in sources, filters, outputs and destinations',
      role: 'editor',
      responses: { 200: ReachSchema },
      handler: () => ({ body: view() }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/editor-reach',
      tag,
      summary: 'Changes the folders or hosts that editors may name; kept, and in force at once',
      role: 'admin',
      body: Type.Object({ folders: Type.Optional(Folders), hosts: Type.Optional(Hosts) }, { additionalProperties: false }),
      responses: { 200: ReachSchema },
      handler: async ({ body, principal }) => {
        const { folders, hosts } = await reach.setEditors(body)
        const opened = [...folders, ...hosts].join(', ') || 'nothing'
        audit.record({ kind: 'command', message: `editors may also use: ${opened}`, actor: principal.id })
        return { body: view() }
      },
    }),
  ]
}
