import { Type } from 'typebox'
import type { RouteDefinition } from '../../../../platform/routes/routes.ts'
import { defineSocket, type SocketDefinition } from '../../../../platform/routes/sockets.ts'
import { overlayRoutes } from './overlay-routes.ts'
import { type OverlayStoreDependencies, openOverlayStore } from './overlay-store.ts'
import { Overlays, type OverlaysDependencies } from './overlays.ts'

export interface OverlayPart {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  readonly overlays: Overlays
  stop(): void
}

/** Overlays: pages of this host that scenes show, and what moves them. */
export async function createOverlays(dependencies: OverlayStoreDependencies & Omit<OverlaysDependencies, 'store'>): Promise<OverlayPart> {
  const overlays = new Overlays({ ...dependencies, store: openOverlayStore(dependencies) })
  await overlays.start()
  return { overlays, routes: overlayRoutes(overlays), sockets: [feedOf(overlays)], stop: () => overlays.stop() }
}

/** What a page of an overlay shows, whole, at first and after every change. */
function feedOf(overlays: Overlays): SocketDefinition {
  return defineSocket({
    path: '/studio/overlay-feed',
    tag: 'studio',
    summary: 'What the page of an overlay shows, as WebSocket messages: by the token of its URL, without a sign-in',
    role: 'none',
    query: Type.Object({ id: Type.String({ pattern: '^[a-z0-9]{6,32}$' }), token: Type.String({ maxLength: 100 }) }),
    maxClients: 512,
    maxMessageBytes: 256,
    accept({ query }) {
      const { running, own } = overlays.openForPage(query.id, query.token)
      // Who was given its URL does not take it off the air of this studio.
      if (!own) running.checkPages()
      return (client) => ({ onClose: running.show(client, own) })
    },
  })
}
