import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import { IdParam, tag } from '../../routes/answer-schemas.ts'
import type { TransitionTrial } from './transition-trial.ts'

const exactly = { additionalProperties: false }
const TrialId = Type.String({ pattern: '^[0-9a-f-]{36}$' })

/** API routes of a transition that is tried beside the show. */
export function trialRoutes(trials: TransitionTrial): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/transition-trial',
      tag,
      summary:
        'Prepares a transition between two scenes to be tried beside the show: in a process of its own, unseen by outputs; one at a time',
      role: 'editor',
      body: Type.Object(
        {
          transition: IdParam,
          from: IdParam,
          to: IdParam,
          audible: Type.Optional(
            Type.Boolean({ default: false, description: 'its audio is heard on the speaker on which this machine monitors' }),
          ),
          trial: Type.Optional(
            Type.String({ pattern: '^[0-9a-f-]{36}$', description: 'the trial that runs, to try something else in it' }),
          ),
        },
        exactly,
      ),
      responses: {
        200: Type.Object({
          trial: Type.String({ description: 'ends when nobody looks at its feed or image for ten seconds, and after five minutes' }),
          canvas: Type.String({ description: 'for the query of `/studio/transition-trial-feed`' }),
          width: Type.Integer(),
          height: Type.Integer(),
        }),
      },
      handler: async ({ body: { trial, audible = false, ...wish } }) => ({
        body: await trials.start({ ...wish, audible }, trial),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/transition-trial/:trial/run',
      tag,
      summary: 'Plays the transition that is tried; answers when it has ended',
      role: 'editor',
      params: Type.Object({ trial: TrialId }),
      responses: { 200: Type.Object({ tookMs: Type.Integer() }) },
      handler: async ({ params }) => ({ body: await trials.run(params.trial) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/transition-trial/:trial/image',
      tag,
      summary: 'An image of what is tried as it is now, for browsers that cannot play its feed',
      role: 'editor',
      params: Type.Object({ trial: TrialId }),
      query: Type.Object({
        type: Type.Union([Type.Literal('jpeg'), Type.Literal('png')], { default: 'jpeg' }),
        width: Type.Optional(Type.Integer({ minimum: 16, maximum: 1920, default: 640, description: 'pixels; the height follows' })),
      }),
      responses: { 200: Type.Any({ description: 'the image' }) },
      fileTypes: ['image/jpeg', 'image/png'],
      handler: async ({ params, query: { type, width = 640 } }) => ({
        body: null,
        bytes: { data: await trials.image(params.trial, { type, width }), type: `image/${type}` },
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/transition-trial/:trial',
      tag,
      summary: 'Ends a trial of a transition',
      role: 'editor',
      params: Type.Object({ trial: TrialId }),
      responses: { 204: Type.Null() },
      handler: async ({ params }) => {
        await trials.end(params.trial)
        return { status: 204, body: null }
      },
    }),
  ]
}
