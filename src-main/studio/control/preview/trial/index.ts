import type { RouteDefinition } from '../../../../platform/routes/routes.ts'
import type { SocketDefinition } from '../../../../platform/routes/sockets.ts'
import type { StudioEngine } from '../../engine/studio-engine.ts'
import { createPreviews } from '../index.ts'
import { TransitionTrial, type TransitionTrialOptions } from './transition-trial.ts'
import { trialRoutes } from './trial-routes.ts'

export interface TransitionTrialDependencies extends Omit<TransitionTrialOptions, 'viewers' | 'engine'> {
  /** An engine of its own: what is on air is not touched. */
  readonly engine: StudioEngine
}

/** Transitions tried beside the show: one at a time, seen by editors alone. */
export function createTransitionTrial(dependencies: TransitionTrialDependencies): {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  stop(): Promise<void>
} {
  const { engine } = dependencies
  const previews = createPreviews(
    { engine, show: () => trials.document },
    {
      path: '/studio/transition-trial-feed',
      summary: 'Encoded frames of the transition that is tried, as `/studio/preview-feed` sends them',
      role: 'editor',
      maxClients: 4,
    },
  )
  const trials: TransitionTrial = new TransitionTrial({ ...dependencies, viewers: () => previews.viewers() })
  return {
    routes: trialRoutes(trials),
    sockets: previews.sockets,
    async stop() {
      previews.stop()
      await trials.stop()
    },
  }
}
