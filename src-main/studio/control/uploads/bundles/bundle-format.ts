import { type Static, Type } from 'typebox'
import { SharedOverlaySchema } from '../../pages/overlays/shared-overlay.ts'

/** First entry of a bundle: what is in it. The second is `collection.json`, then the media in this order. */
export const BundleManifestSchema = Type.Object({
  format: Type.Literal('ami-streams/bundle'),
  version: Type.Integer({ minimum: 1, maximum: 1 }),
  media: Type.Array(
    Type.Object({
      entry: Type.String({ pattern: '^media/[0-9]{1,5}$' }),
      path: Type.String({ maxLength: 4096, description: 'as the collection names it' }),
      name: Type.String({ minLength: 1, maxLength: 255 }),
      bytes: Type.Integer({ minimum: 0, maximum: 2 ** 50 }),
    }),
    { maxItems: 5000 },
  ),
  overlays: Type.Optional(
    Type.Array(SharedOverlaySchema, { maxItems: 100, description: 'overlays that the sources show, without secrets' }),
  ),
  missing: Type.Array(Type.Object({ path: Type.String({ maxLength: 4096 }), reason: Type.String({ maxLength: 1000 }) }), {
    maxItems: 5000,
  }),
})
export type BundleManifest = Static<typeof BundleManifestSchema>

/** How names of bundles end. A desktop opens such files with this program; what is in them is a TAR archive. */
export const bundleExtension = '.ami-collection'

export const manifestEntry = 'manifest.json'
export const collectionEntry = 'collection.json'
/** Of manifest and collection each. */
export const maxDocumentBytes = 16 * 1024 * 1024
