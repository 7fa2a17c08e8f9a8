import { Type } from 'typebox'
import type { ActionContext, AutomationKinds } from '../../../media/automation/automation-kinds.ts'
import type { Principal } from '../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { namedPart } from '../../document/named-part.ts'
import { ActionSchema } from '../../document/schemas/action-schemas.ts'
import { type ActionDependencies, doAction, moveTBar } from '../actions.ts'
import type { Macros } from '../program/macros.ts'
import { pressChord } from '../program/press-chord.ts'
import type { SwitchAnswer } from '../program/program-state.ts'
import { IdParam, tag } from './answer-schemas.ts'

export interface ProgramRoutesDependencies extends ActionDependencies {
  readonly macros: Macros
  readonly automation: AutomationKinds
}

const exactly = { additionalProperties: false }
const DurationMs = Type.Integer({ minimum: 0, maximum: 60_000 })
const how = {
  transition: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'left out: the scene’s own, then the one chosen, then the collection’s' }),
  ),
  durationMs: Type.Optional(DurationMs),
}

const ProgramSchema = Type.Object({
  studioMode: Type.Boolean({ description: 'scenes are prepared in a preview before they go on air' }),
  transition: Nullable(Type.String({ description: 'chosen for all scenes that say nothing themselves' })),
  durationMs: Nullable(Type.Integer()),
  canvases: Type.Array(
    Type.Object({
      canvas: Type.String(),
      program: Type.String({ description: 'scene on air' }),
      preview: Nullable(Type.String()),
      transition: Nullable(Type.String({ description: 'under way' })),
      tBar: Nullable(Type.Number({ description: 'how far that is where it is moved by hand, from 0 to 1' })),
    }),
  ),
})

const SwitchedSchema = Type.Object({
  canvas: Type.String(),
  scene: Type.String(),
  transition: Type.String(),
  durationMs: Type.Integer(),
  frame: Nullable(Type.Integer({ description: 'first frame that shows it; null while the studio does not run' })),
  tookMs: Nullable(Type.Number({ description: 'from the request to that frame' })),
  followed: Type.Array(Type.Object({ canvas: Type.String(), scene: Type.String() })),
})

const MacroRunSchema = Type.Object({
  run: Type.String(),
  macro: Type.String(),
  state: Type.Union(['running', 'done', 'failed', 'stopped'].map((state) => Type.Literal(state))),
  done: Type.Integer({ description: 'actions that are done' }),
  actions: Type.Integer(),
  error: Nullable(ErrorSchema),
})

const contextOf = ({ id, role }: Principal): ActionContext => ({ actor: id, role })

/** API routes of what is on air, and of actions, macros and hotkeys. */
export function programRoutes(dependencies: ProgramRoutesDependencies): readonly RouteDefinition[] {
  return [...airRoutes(dependencies), ...actionRoutes(dependencies)]
}

function airRoutes(dependencies: ProgramRoutesDependencies): readonly RouteDefinition[] {
  const { show } = dependencies
  const { control } = show
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/program',
      tag,
      summary: 'What is on air and what is being prepared, on each canvas',
      role: 'viewer',
      responses: { 200: ProgramSchema },
      handler: () => ({ body: control.state }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/program',
      tag,
      summary: 'Puts a scene on air on its canvas; answers with the first frame that shows it',
      role: 'editor',
      body: Type.Object({ scene: IdParam, ...how }, exactly),
      responses: { 200: SwitchedSchema },
      handler: async ({ body, principal }) => {
        return { body: (await doAction({ do: 'switch', ...body }, contextOf(principal), dependencies)) as SwitchAnswer }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/program',
      tag,
      summary: 'Studio mode, and the transition that is used where nothing else is said',
      role: 'editor',
      body: Type.Object(
        {
          studioMode: Type.Optional(Type.Boolean()),
          transition: Type.Optional(Nullable(IdParam)),
          durationMs: Type.Optional(Nullable(DurationMs)),
        },
        exactly,
      ),
      responses: { 200: ProgramSchema },
      handler: async ({ body }) => {
        show.current
        await control.configure(body)
        return { body: control.state }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/preview',
      tag,
      summary: 'Prepares a scene in the preview of its canvas; `canvas` with a scene of null clears it',
      role: 'editor',
      body: Type.Object({ scene: Nullable(IdParam), canvas: Type.Optional(IdParam) }, exactly),
      responses: { 200: ProgramSchema },
      handler: async ({ body: { scene, canvas } }) => {
        const found = scene === null ? undefined : namedPart(show.collection.scenes, 'scene', scene)
        await control.preview(canvas ?? found?.canvas ?? control.mainCanvas, scene)
        return { body: control.state }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/transition',
      tag,
      summary: 'Brings the preview on air; what was on air is then in the preview',
      role: 'editor',
      body: Type.Object({ canvas: Type.Optional(IdParam), ...how }, exactly),
      responses: { 200: SwitchedSchema },
      handler: async ({ body, principal }) => {
        return { body: (await doAction({ do: 'transition', ...body }, contextOf(principal), dependencies)) as SwitchAnswer }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/t-bar',
      tag,
      summary: 'Moves the transition to the preview by hand; at 1 the preview is on air',
      role: 'editor',
      body: Type.Object(
        {
          position: Type.Number({ minimum: 0, maximum: 1, description: '0: what is on air, 1: what is prepared' }),
          release: Type.Optional(Type.Boolean({ description: 'let go: within a tenth of an end it goes there, else it stays' })),
          canvas: Type.Optional(IdParam),
        },
        exactly,
      ),
      responses: { 200: ProgramSchema },
      handler: async ({ body: { position, release = false, canvas }, principal }) => {
        show.current
        await moveTBar(canvas ?? control.mainCanvas, position, release, principal.id, dependencies)
        return { body: control.state }
      },
    }),
  ]
}

function actionRoutes(dependencies: ProgramRoutesDependencies): readonly RouteDefinition[] {
  const { show, macros, audit, automation } = dependencies
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/actions',
      tag,
      summary:
        'Runs one action: switch, preview, transition, show, mute, gain, filter, start and stop outputs, commands, wait, OBS, variables',
      role: 'editor',
      body: ActionSchema,
      responses: { 200: Type.Object({ result: Type.Unknown() }) },
      handler: async ({ body, principal, signal }) => ({
        body: { result: (await doAction(body, { ...contextOf(principal), signal }, dependencies)) ?? null },
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/macros/:id/run',
      tag,
      summary: 'Runs a macro; answers when it has ended, or after five seconds while it goes on',
      role: 'editor',
      params: Type.Object({ id: IdParam }),
      responses: { 200: MacroRunSchema },
      handler: async ({ params, principal }) => {
        const macro = namedPart(show.collection.macros, 'macro', params.id)
        audit.record({ kind: 'command', message: `studio: ran the macro ${macro.name}`, actor: principal.id })
        return { body: await macros.run(macro, principal.id) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/macro-runs',
      tag,
      summary: 'Macros that run now',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(MacroRunSchema) }) },
      handler: () => ({ body: { items: macros.running } }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/macro-runs/:run',
      tag,
      summary: 'Stops a macro before its next action',
      role: 'editor',
      params: Type.Object({ run: Type.String({ maxLength: 60 }) }),
      responses: { 204: Type.Null() },
      handler: ({ params }) => {
        macros.stop(params.run)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/hotkeys',
      tag,
      summary: 'A chord of keys was pressed, or let go: runs the macros that it belongs to',
      role: 'editor',
      body: Type.Object(
        {
          chord: Type.String({ minLength: 1, maxLength: 60, description: 'e.g. `Ctrl+Shift+1`' }),
          released: Type.Optional(Type.Boolean({ description: 'true: the keys were let go; does what macros have for that' })),
        },
        exactly,
      ),
      responses: { 200: Type.Object({ items: Type.Array(MacroRunSchema, { description: 'empty: it belongs to none' }) }) },
      handler: async ({ body: { chord, released = false }, principal }) => ({
        body: { items: await pressChord({ show, macros, audit, automation }, chord, released, principal.id) },
      }),
    }),
  ]
}
