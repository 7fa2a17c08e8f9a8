import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { type DocumentReader, readDocument } from '../../../document/files/read-document.ts'
import { withAuthors } from '../../../document/references/authorship.ts'
import { IdParam, Part, tag } from '../../routes/answer-schemas.ts'
import { doingOf } from '../../routes/doing.ts'
import { type DeviceThumbnails, seenKinds } from './device-thumbnails.ts'
import type { SpareEngine } from './spare-engine.ts'

/** Largest document that is drawn: that of a template is some 20 kB. */
const drawingBytes = 512 * 1024

/** API routes of what is seen before it is used: a document that is not open, a device that no source shows. */
export function spareRoutes(spare: SpareEngine, thumbnails: DeviceThumbnails, reader: DocumentReader): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/drawing',
      tag,
      summary:
        'An image of a scene of a document that is not open, composed as the studio does: of what it draws itself, without devices, files of media and pages',
      role: 'editor',
      bodyBytes: drawingBytes,
      body: Type.Object(
        {
          collection: Part,
          scene: IdParam,
          width: Type.Optional(Type.Integer({ minimum: 16, maximum: 1920, default: 640, description: 'pixels; the height follows' })),
        },
        { additionalProperties: false },
      ),
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg'],
      handler: async ({ body: { collection, scene, width = 640 }, principal }) => {
        const read = readDocument(collection, reader)
        const allowed = withAuthors(undefined, read, { author: doingOf(principal), how: 'anew' }, reader)
        const data = await spare.draw({ collection: allowed, scene, width })
        return { body: null, bytes: { data, type: 'image/jpeg' } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/devices/thumbnail',
      tag,
      summary:
        'A small image of a display, window or camera (of PipeWire or V4L2) as it looks now, whether a source shows it or not; the device is open for as long as it is asked for every few seconds',
      role: 'editor',
      query: Type.Object({
        kind: Type.Union(seenKinds.map((kind) => Type.Literal(kind))),
        device: Type.String({ minLength: 1, maxLength: 4096, description: 'its id, as `GET /studio/devices` lists it' }),
      }),
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg'],
      handler: async ({ query: { kind, device } }) => ({
        body: null,
        bytes: { data: await thumbnails.of(kind, device), type: 'image/jpeg' },
      }),
    }),
  ]
}
