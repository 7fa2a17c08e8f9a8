import { t as studio } from '../messages.ts'
import { usualTransitions } from '../shows/new-show.ts'
import { chatting } from './designs/chatting.ts'
import { gaming } from './designs/gaming.ts'
import { interview } from './designs/interview.ts'
import type { Design } from './designs/parts.ts'
import { presentation } from './designs/presentation.ts'
import { vertical } from './designs/vertical.ts'
import { t } from './messages.ts'
import { Stage } from './stage.ts'
import type { TemplateName, TemplateOptions } from './template-options.ts'
import type { PaletteName } from './theme.ts'

interface Template {
  readonly design: (design: Design) => void
  /** Colours that it has until others are chosen. */
  readonly palette: PaletteName
  /** Id of the scene that represents it in the list. */
  readonly cover: string
  /** Size that its design is drawn in. */
  readonly width: number
  readonly height: number
}

const landscape = { width: 1920, height: 1080 } as const

/** Every template, in the order in which they are offered. */
export const templates: Readonly<Record<TemplateName, Template>> = {
  gaming: { design: gaming, palette: 'night', cover: 'starting-soon', ...landscape },
  interview: { design: interview, palette: 'ocean', cover: 'main', ...landscape },
  presentation: { design: presentation, palette: 'paper', cover: 'main', ...landscape },
  chatting: { design: chatting, palette: 'ember', cover: 'main', ...landscape },
  vertical: { design: vertical, palette: 'forest', cover: 'starting-soon', width: 1080, height: 1920 },
}

export const templateNames = Object.keys(templates) as readonly TemplateName[]

/** A document for `POST /studio/collections`: the template's scenes, a stream of this host and a recording. */
export function makeTemplate(name: TemplateName, options: TemplateOptions) {
  const { design, width } = templates[name]
  const stage = new Stage(options.theme, options.width / width)
  design({ stage, options })
  if (options.microphone !== undefined) {
    const { kind, device } = options.microphone
    stage.source('microphone', t.made.microphone, kind, device === undefined ? {} : { device })
  }
  if (options.systemAudio) stage.source('system-audio', t.made.systemAudio, 'system-sound', {})
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: options.title,
    canvases: [
      {
        id: 'main',
        name: studio.program.canvas,
        width: options.width,
        height: options.height,
        background: stage.shades.background,
        scene: 'main',
      },
    ],
    scenes: stage.scenes,
    sources: stage.sources,
    transitions: usualTransitions(),
    transition: 'fade',
    outputs: [
      { id: 'this-host', name: studio.start.hostOutput, kind: 'host', settings: { stream: 'studio', title: options.title } },
      { id: 'recording', name: studio.start.recording, kind: 'recording' },
    ],
  }
}

export type TemplateDocument = ReturnType<typeof makeTemplate>
