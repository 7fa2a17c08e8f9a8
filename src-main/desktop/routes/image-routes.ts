import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { DisplayImages } from '../images/display-images.ts'
import type { Grants } from '../rights/grants.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'

const usual = { width: 480, height: 270 } as const

/** Images of displays. */
export function imageRoutes(book: DisplayBook, images: DisplayImages, grants: Grants): readonly RouteDefinition[] {
  const side = (value: number) =>
    Type.Optional(Type.Integer({ minimum: 16, maximum: 8192, default: value, description: 'pixels that the image fits into' }))
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/screenshot',
      tag,
      summary: 'A display as it looks now, or did a second ago, without its pointer; one that is stopped is not started for it',
      role: 'viewer',
      params: DisplayIdParams,
      query: Type.Object({ width: side(usual.width), height: side(usual.height) }),
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg'],
      handler: async ({ params: { id }, query: { width = usual.width, height = usual.height }, principal }) => {
        const running = book.ifRunning(id)
        grants.demand(principal, id, 'see')
        if (running === undefined) throw new AppError('desktop.no_image', `The display "${id}" is stopped`)
        return { body: null, bytes: { data: await images.of(running, width, height), type: 'image/jpeg' } }
      },
    }),
  ]
}
