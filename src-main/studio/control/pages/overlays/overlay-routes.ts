import { Type } from 'typebox'
import { AppError } from '../../../../platform/errors.ts'
import { wholeListSchema } from '../../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition, type RouteRequest } from '../../../../platform/routes/routes.ts'
import { overlayKinds } from './kinds/overlay-kinds.ts'
import { checked, type Overlays, viewOf } from './overlays.ts'
import type { RunningOverlay } from './running-overlay.ts'
import { Name, Post, Settings, SharedOverlaySchema } from './shared-overlay.ts'

const tag = 'studio'
const exactly = { additionalProperties: false }
/** Of a post: an alert may bring an image, a table its rows. */
const postBytes = 64 * 1024
const fileBytes = 4 * 1024 * 1024

const Id = Type.Object({ id: Type.String({ pattern: '^[a-z0-9]{6,32}$' }) })
const Token = Type.String({ maxLength: 100 })

const KindSchema = Type.Object({
  kind: Type.String(),
  title: Type.String(),
  width: Type.Integer({ description: 'size that its page is drawn for on a canvas of 1920x1080, px' }),
  height: Type.Integer(),
  settings: Type.Unknown({ description: 'JSON Schema' }),
  post: Type.Unknown({ description: 'JSON Schema of what it is sent' }),
  example: Type.Unknown({ description: 'a post' }),
  first: Type.Unknown({ description: 'contents of a new one' }),
})

const OverlaySchema = Type.Object({
  id: Type.String(),
  createdAt: Type.String({ format: 'date-time' }),
  kind: Type.String(),
  name: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
  state: Type.Unknown({ description: 'what it shows' }),
  data: Type.Object({
    state: Type.Union(['off', 'connecting', 'running', 'failed'].map((state) => Type.Literal(state))),
    problem: Type.Union([Type.String(), Type.Null()], { description: 'why its data does not arrive' }),
  }),
  pages: Type.Integer({ description: 'pages that show it now' }),
})

const LinksSchema = Type.Object({
  url: Type.String({ description: 'page for OBS and other programs; it opens this overlay and nothing else' }),
  path: Type.String({ description: 'what a browser source of this studio is given: without a secret' }),
  postUrl: Type.String({ description: 'takes posts to this overlay without a sign-in, and nothing else' }),
})

const AnswerSchema = Type.Object({ state: Type.Unknown({ description: 'what the overlay shows now' }) })

const fileFormat = 'ami-streams/overlays'
const FileSchema = Type.Object({
  format: Type.Literal(fileFormat),
  version: Type.Literal(1),
  overlays: Type.Array(SharedOverlaySchema, { maxItems: 100 }),
})

type AnyRequest = Pick<RouteRequest<unknown, unknown, unknown>, 'sharedBaseUrl'>

function linksOf({ overlay: { id, viewToken, postToken } }: RunningOverlay, { sharedBaseUrl }: AnyRequest) {
  return {
    url: `${sharedBaseUrl}/overlay/${id}?token=${viewToken}`,
    path: `/overlay/${id}`,
    postUrl: `${sharedBaseUrl}/api/v1/studio/overlays/${id}/posts?token=${postToken}`,
  }
}

/** API routes of overlays: pages that are shown in a scene, here or in another program, and moved by posts. */
export function overlayRoutes(overlays: Overlays): readonly RouteDefinition[] {
  return [...listRoutes(overlays), ...postRoutes(overlays), ...fileRoutes(overlays)]
}

function listRoutes(overlays: Overlays): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/overlay-kinds',
      tag,
      summary: 'Kinds of overlays: their settings and what they are sent',
      role: 'viewer',
      responses: { 200: wholeListSchema(KindSchema) },
      handler: () => ({
        body: {
          items: overlayKinds.map(({ kind, title, width, height, settings, post, example, first, shown }) => {
            return { kind, title, width, height, settings, post, example, first: shown?.(first) ?? first }
          }),
          nextCursor: null,
        },
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/overlays',
      tag,
      summary: 'Overlays of this host, the oldest first',
      role: 'viewer',
      responses: { 200: wholeListSchema(OverlaySchema) },
      handler: () => ({ body: { items: overlays.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/overlays',
      tag,
      summary: 'Creates an overlay',
      role: 'editor',
      idempotent: true,
      body: Type.Object(
        { kind: Type.String({ maxLength: 64 }), name: Name, settings: Type.Optional(Settings), data: Type.Optional(Post) },
        exactly,
      ),
      responses: { 201: OverlaySchema },
      handler: ({ body, principal }) => ({ status: 201, body: overlays.create(body, principal) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/overlays/:id',
      tag,
      summary: 'An overlay',
      role: 'viewer',
      params: Id,
      responses: { 200: OverlaySchema },
      handler: ({ params }) => ({ body: viewOf(overlays.get(params.id)) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/overlays/:id',
      tag,
      summary: 'Renames an overlay or changes its settings; pages that show it follow at once',
      role: 'editor',
      params: Id,
      body: Type.Object({ name: Type.Optional(Name), settings: Type.Optional(Settings) }, exactly),
      responses: { 200: OverlaySchema },
      handler: ({ params, body, principal }) => ({ body: overlays.change(params.id, body, principal) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/overlays/:id',
      tag,
      summary: 'Deletes an overlay: its URLs are invalid from then on',
      role: 'editor',
      params: Id,
      responses: { 204: Type.Null() },
      handler: ({ params, principal }) => {
        overlays.remove(params.id, principal)
        return { status: 204, body: null }
      },
    }),
  ]
}

function postRoutes(overlays: Overlays): readonly RouteDefinition[] {
  const post = (running: RunningOverlay, body: unknown) => {
    running.post(checked(running.kind.post, body, 'body'))
    return { body: { state: running.shown } }
  }
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/overlays/:id/data',
      tag,
      summary: 'Sends an overlay something to show: shows a lower third, queues an alert, adds a chat message, sets a number',
      role: 'editor',
      idempotent: true,
      bodyBytes: postBytes,
      params: Id,
      body: Post,
      responses: { 200: AnswerSchema },
      handler: ({ params, body }) => post(overlays.get(params.id), body),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/overlays/:id/posts',
      tag,
      summary: 'As `data`, for bots: by the token of the overlay’s own URL for posts, without a sign-in',
      role: 'none',
      idempotent: true,
      bodyBytes: postBytes,
      params: Id,
      query: Type.Object({ token: Token }, exactly),
      body: Post,
      responses: { 200: AnswerSchema },
      handler: ({ params, query, body }) => post(overlays.openForPosts(params.id, query.token), body),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/overlays/:id/links',
      tag,
      summary: 'Secret URLs of an overlay: of its page, and for posts',
      role: 'editor',
      params: Id,
      responses: { 200: LinksSchema },
      handler: (request) => ({ body: linksOf(overlays.get(request.params.id), request) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/overlays/:id/links',
      tag,
      summary: 'Renews the secret URLs of an overlay: those that were given out are invalid at once; sources of this studio go on',
      role: 'editor',
      params: Id,
      body: Type.Object(
        { renew: Type.Union([Type.Literal('page'), Type.Literal('posts'), Type.Literal('both')], { default: 'both' }) },
        exactly,
      ),
      responses: { 200: LinksSchema },
      handler: (request) => ({ body: linksOf(overlays.renew(request.params.id, request.body.renew, request.principal), request) }),
    }),
  ]
}

function fileRoutes(overlays: Overlays): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/overlay-file',
      tag,
      summary: 'Overlays as one file, to keep or share: without tokens and secrets',
      role: 'editor',
      query: Type.Object(
        {
          ids: Type.Optional(
            Type.String({
              maxLength: 3300,
              pattern: '^[a-z0-9]{6,32}(,[a-z0-9]{6,32})*$',
              description: 'separated by commas; all where left out',
            }),
          ),
        },
        exactly,
      ),
      responses: { 200: FileSchema },
      handler: ({ query }) => ({
        headers: { 'content-disposition': 'attachment; filename="overlays.json"' },
        body: { format: fileFormat, version: 1, overlays: overlays.share(query.ids?.split(',')) },
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/overlay-file',
      tag,
      summary: 'Adds the overlays of a file; they keep their ids where those are free',
      role: 'editor',
      bodyBytes: fileBytes,
      body: FileSchema,
      responses: {
        201: Type.Object({
          items: Type.Array(OverlaySchema),
          incomplete: Type.Array(Type.String(), { description: 'ids of those whose URL had a secret: enter it again' }),
        }),
      },
      handler: ({ body, principal }) => {
        if (body.overlays.length === 0) throw new AppError('studio.overlay_file_invalid', 'The file has no overlays')
        const { made, incomplete } = overlays.take(body.overlays, principal)
        return { status: 201, body: { items: made, incomplete } }
      },
    }),
  ]
}
