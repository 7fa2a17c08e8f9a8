import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../../platform/routes.ts'
import { withAuthors } from '../../document/authorship.ts'
import { type DocumentReader, readDocument } from '../../document/read-document.ts'
import { IdParam, Part, tag } from '../routes/answer-schemas.ts'
import { doingOf } from '../routes/doing.ts'
import type { SpareEngine } from './spare-engine.ts'

/** Largest document that is drawn: that of a template is some 20 kB. */
const drawingBytes = 512 * 1024

/** API route of drawings: what a document looks like before it is opened. */
export function drawingRoutes(spare: SpareEngine, reader: DocumentReader): readonly RouteDefinition[] {
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
  ]
}
