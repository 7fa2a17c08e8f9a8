import { type Static, Type } from 'typebox'
import { DisplaySchema } from './placement.ts'
import { WindowViewSchema } from './window-view.ts'

/** What a desktop shell and the host say to each other over `/shell/session`, one JSON object a message. */

/** An open window of a shell. */
export const ShellWindowSchema = Type.Object({
  id: Type.String({ maxLength: 40 }),
  view: WindowViewSchema,
  fullScreen: Type.Boolean(),
  display: Type.Union([Type.String({ maxLength: 200 }), Type.Null()], { description: 'id of the display that most of it is on' }),
  reopens: Type.Boolean({ description: 'it opens again with the next start' }),
})
export type ShellWindow = Static<typeof ShellWindowSchema>

/** What a shell has. */
export const ShellStateSchema = Type.Object({
  displays: Type.Array(DisplaySchema, { maxItems: 32 }),
  windows: Type.Array(ShellWindowSchema, { maxItems: 100 }),
})
export type ShellState = Static<typeof ShellStateSchema>

/** How a view is wanted: on a display, full screen, again with the next start. */
export const WantedWindowSchema = Type.Object(
  {
    view: WindowViewSchema,
    display: Type.Optional(Type.String({ maxLength: 200, description: 'id of a display; where it was before where left out' })),
    fullScreen: Type.Optional(Type.Boolean()),
    reopens: Type.Optional(Type.Boolean({ description: 'it opens again with the next start' })),
  },
  { additionalProperties: false },
)
export type WantedWindow = Static<typeof WantedWindowSchema>

/** What a shell is asked for. */
export type ShellCommand =
  | ({ readonly kind: 'open' } & WantedWindow)
  /** Brings the main window to the front, or opens it at a path of the page. */
  | { readonly kind: 'show'; readonly path: string }
  | { readonly kind: 'close'; readonly window: string }
  | { readonly kind: 'keep'; readonly window: string; readonly reopens: boolean }

/** To the shell. Every command is answered with `done` or `failed` of its number. */
export const ToShellSchema = Type.Object({
  number: Type.Integer(),
  command: Type.Union([
    Type.Object({ kind: Type.Literal('open'), ...WantedWindowSchema.properties }),
    Type.Object({ kind: Type.Literal('show'), path: Type.String({ maxLength: 2048 }) }),
    Type.Object({ kind: Type.Literal('close'), window: Type.String({ maxLength: 40 }) }),
    Type.Object({ kind: Type.Literal('keep'), window: Type.String({ maxLength: 40 }), reopens: Type.Boolean() }),
  ]),
})

/** How a command `show` was answered: the window was there (and is at the path that it was at), or it was opened at the path. */
export type Shown = 'raised' | 'opened'

/** To the host. */
export const FromShellSchema = Type.Union([
  Type.Object({ type: Type.Literal('state'), state: ShellStateSchema }),
  Type.Object({ type: Type.Literal('done'), number: Type.Integer(), shown: Type.Optional(Type.String({ maxLength: 10 })) }),
  Type.Object({ type: Type.Literal('failed'), number: Type.Integer(), problem: Type.String({ maxLength: 1000 }) }),
  /** A person quit the desktop shell: a host that was started for it ends as well. */
  Type.Object({ type: Type.Literal('quit') }),
])
export type FromShell = Static<typeof FromShellSchema>

/** A desktop shell, in this process or another. */
export interface Shell {
  state(): ShellState
  /** Rejects with a sentence for people. */
  run(command: ShellCommand): Promise<Shown | undefined>
}
