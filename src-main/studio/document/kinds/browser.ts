import { type Static, Type } from 'typebox'
import { referenceText } from '../references/reference-text.ts'
import type { SourceKind } from './source-kind.ts'

export const BrowserSettingsSchema = Type.Object(
  {
    url: referenceText('url', {
      maxLength: 4096,
      default: '',
      description: 'http or https URL of the page, or /overlay/ID for an overlay of this host',
    }),
    file: referenceText('path', { maxLength: 4096, default: '', description: 'Page on the machine of the host, instead of a URL' }),
    width: Type.Integer({ minimum: 16, maximum: 4096, default: 1280, description: 'Of the page, px' }),
    height: Type.Integer({ minimum: 16, maximum: 4096, default: 720, description: 'Of the page, px' }),
    frameRate: Type.Integer({
      minimum: 1,
      maximum: 60,
      default: 30,
      description: 'Max frames per second; a page that does not change sends none',
    }),
    css: Type.String({
      maxLength: 65_536,
      default: 'body { background-color: rgba(0, 0, 0, 0); margin: 0 auto; overflow: hidden }',
      description: 'Rules that are added to the page',
    }),
    sound: Type.Boolean({ default: true, description: 'What the page plays becomes audio of the source; nobody hears it otherwise' }),
    whenHidden: Type.Union([Type.Literal('run'), Type.Literal('close')], {
      default: 'run',
      description: 'When nobody sees it: the page runs on, or is closed, which frees its processes',
    }),
    reloadWhenShown: Type.Boolean({ default: false, description: 'Reloads the page when it becomes visible' }),
    memoryLimitMb: Type.Integer({
      minimum: 256,
      maximum: 16_384,
      default: 1536,
      description: 'Memory at which the page is restarted, MiB',
    }),
  },
  { additionalProperties: false },
)

export type BrowserSettings = Static<typeof BrowserSettingsSchema>

export const browserKinds: readonly SourceKind[] = [
  {
    kind: 'browser',
    title: 'Browser page',
    settings: BrowserSettingsSchema,
    pictures: true,
    sound: true,
    commands: ['reload', 'click', 'move', 'scroll', 'type', 'press'],
  },
]
