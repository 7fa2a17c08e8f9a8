import { Type } from 'typebox'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { Grants } from '../rights/grants.ts'
import type { StoredInvitation } from '../rights/invitation-store.ts'
import type { Invitations } from '../rights/invitations.ts'
import { slowGuesses } from '../rights/slow-guesses.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'
import {
  type InvitationItem,
  InvitationParams,
  InvitationSchema,
  InvitedSchema,
  JoinedSchema,
  JoinSchema,
  NewInvitationSchema,
  ReadInvitationSchema,
  ShownInvitationSchema,
} from '../schemas/invitation.ts'

export interface InvitationRoutesDependencies {
  readonly book: DisplayBook
  readonly grants: Grants
  readonly invitations: Invitations
  readonly attempts: SignInAttempts
}

/** Links to a display for people without an account: admins make them, whoever has one comes by it. */
export function invitationRoutes({ book, grants, invitations, attempts }: InvitationRoutesDependencies): readonly RouteDefinition[] {
  const guarded = <T>(remoteAddress: string, work: () => T | Promise<T>): Promise<T> =>
    slowGuesses(attempts, remoteAddress, 'desktop.invitation_unknown', work)
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/invitations',
      tag,
      summary: 'Invitations to a display that are valid, and who came by them',
      role: 'admin',
      params: DisplayIdParams,
      responses: { 200: wholeListSchema(InvitationSchema) },
      handler: ({ params }) => ({ body: { items: invitations.list(book.describe(params.id).id).map(shown), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/displays/:id/invitations',
      tag,
      summary: 'Makes a link to a display for somebody without an account: it is answered this once',
      role: 'admin',
      idempotent: true,
      params: DisplayIdParams,
      body: NewInvitationSchema,
      responses: { 201: InvitedSchema },
      handler: async ({
        params,
        body: { rights, once = true, asks = false, separate, expiresInMinutes: minutes = 60 },
        principal,
        signInBaseUrl,
      }) => {
        const display = book.describe(params.id).id
        const order = {
          display,
          rights,
          once,
          asks,
          ...(separate && { separate: { ...usualSeparate, ...separate } }),
          minutes,
          invitedBy: grants.nameOf(principal),
        }
        const { invitation, secret } = await invitations.create(order, principal.id)
        // Behind the # nothing reaches a log or another server.
        return { status: 201, body: { invitation: shown(invitation), url: `${signInBaseUrl}/desktops/invitation#key=${secret}` } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/displays/:id/invitations/:invitation',
      tag,
      summary: 'Revokes an invitation: the link ends, and those who came by it are disconnected',
      role: 'admin',
      params: InvitationParams,
      responses: { 204: Type.Null() },
      handler: async ({ params: { id, invitation }, principal }) => {
        await invitations.revoke(id, invitation, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/invitations/read',
      tag,
      summary: 'What a link invites to: who invites, and what the guest may do',
      role: 'none',
      body: ReadInvitationSchema,
      responses: { 200: ShownInvitationSchema },
      handler: async ({ body, remoteAddress }) => {
        const { display, invitedBy, rights, once, separate, expiresAt } = await guarded(remoteAddress, () => invitations.read(body.key))
        return {
          body: { display: book.describe(display).name, separate: separate !== null, invitedBy, rights: [...rights], once, expiresAt },
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/invitations/join',
      tag,
      summary: 'Comes by a link, under a name: answers the secret that opens the display',
      role: 'none',
      body: JoinSchema,
      responses: { 201: JoinedSchema },
      handler: async ({ body: { key, name }, remoteAddress }) => {
        const { secret } = await guarded(remoteAddress, () => invitations.join(key, name, remoteAddress))
        return { status: 201, body: { guest: secret } }
      },
    }),
  ]
}

/** What an invitation to displays of one's own leaves out. */
const usualSeparate = { width: 1280, height: 720, endAfterMinutes: 10, maxDisplays: 4 } as const

function shown({ id, rights, once, asks, separate, invitedBy, createdAt, expiresAt, guests }: StoredInvitation): InvitationItem {
  const names = guests.map((guest) => ({ id: guest.id, name: guest.name }))
  const own = separate && { ...separate, ...(separate.command && { command: [...separate.command] }) }
  return {
    id,
    rights: [...rights],
    once,
    asks,
    separate: own as InvitationItem['separate'],
    invitedBy,
    createdAt,
    expiresAt,
    guests: names,
  }
}
