import type { TSchema } from 'typebox'
import type { DeviceKind } from '../../../media/device.ts'

/** What users may know of a kind of source: pure description, the same for the API, the page and the importer. */
export interface SourceKind {
  /** One word (or two with a hyphen), for ever: `display`, `media`, `text`. */
  readonly kind: string
  readonly title: string
  /** Settings as an object schema in which every property is optional or has a default: `{}` is valid. */
  readonly settings: TSchema
  readonly pictures: boolean
  readonly sound: boolean
  /** Commands that it takes, e.g. `play`, `seek`. */
  readonly commands: readonly string[]
  /** What `GET /studio/devices?kind=` lists for the setting `device`, where it has one. */
  readonly devices?: DeviceKind
}
