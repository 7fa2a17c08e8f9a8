import { Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { namedPart } from '../../document/named-part.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { Show } from '../show.ts'
import { IdParam, tag } from './answer-schemas.ts'

interface ScreenshotQuery {
  readonly program?: string
  readonly preview?: string
  readonly scene?: string
  readonly source?: string
  readonly before?: string
  readonly type?: 'png' | 'jpeg'
  readonly width?: number
}

/** Of a source that starts, waits for its device or was deleted just now, and of a studio that comes back. */
const noImageNow = new Set(['studio.not_found', 'studio.not_running'])

/** Images of what the studio shows. */
export function screenshotRoute({ show, engine }: { readonly show: Show; readonly engine: StudioEngine }): RouteDefinition {
  const imageOf = ({ program, preview, scene, source, before, type = 'png', width }: ScreenshotQuery): Promise<Uint8Array> => {
    const { mainCanvas } = show.control
    const { canvases, scenes, sources } = show.collection
    if (scene !== undefined) namedPart(scenes, 'scene', scene)
    else if (source !== undefined) {
      namedPart(sources, 'source', source)
      if (before !== undefined) namedPart(sources.find(({ id }) => id === source)?.filters ?? [], 'filter', before)
    } else namedPart(canvases, 'canvas', preview ?? program ?? mainCanvas)
    const of =
      scene !== undefined
        ? { scene }
        : source !== undefined
          ? { source, ...(before === undefined ? {} : { before }) }
          : preview !== undefined
            ? { preview }
            : { program: program ?? mainCanvas }
    return engine.screenshot(of, { type, ...(width === undefined ? {} : { width }) })
  }
  return defineRoute({
    method: 'GET',
    path: '/studio/screenshot',
    tag,
    summary:
      'An image of a program, a preview, a scene or a source (behind its filters) as it is now; of the main program where nothing is named',
    role: 'viewer',
    query: Type.Object({
      program: Type.Optional(IdParam),
      preview: Type.Optional(IdParam),
      scene: Type.Optional(IdParam),
      source: Type.Optional(IdParam),
      before: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9_-]{1,64}$',
          description: 'id of a filter of the source: the image as it comes into that filter',
        }),
      ),
      type: Type.Optional(Type.Union([Type.Literal('png'), Type.Literal('jpeg')])),
      width: Type.Optional(Type.Integer({ minimum: 16, maximum: 7680, description: 'pixels; the height follows' })),
      optional: Type.Optional(
        Type.Boolean({ description: 'answers 204 where there is no such image now, in place of an error: for who asks again and again' }),
      ),
    }),
    responses: { 200: Type.Any({ description: 'the image' }), 204: Type.Null() },
    fileTypes: ['image/png', 'image/jpeg'],
    handler: async ({ query: { optional = false, ...query } }) => {
      try {
        return { body: null, bytes: { data: await imageOf(query), type: `image/${query.type ?? 'png'}` } }
      } catch (error) {
        if (optional && error instanceof AppError && noImageNow.has(error.code)) return { status: 204, body: null }
        throw error
      }
    },
  })
}
