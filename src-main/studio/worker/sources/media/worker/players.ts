import type { PlayPosition, PlayRequest } from '../messages.ts'
import { FilePlayer } from './file-player.ts'
import { LivePlayer } from './live-player.ts'
import type { Player, PlayerDependencies } from './player.ts'

export { MediaEngine } from './media-engine.ts'

/** The player for what is asked for; with `resume` it goes on where another had come to. */
export function createPlayer(
  request: PlayRequest,
  shown: boolean,
  resume: PlayPosition | undefined,
  dependencies: PlayerDependencies,
): Player {
  return request.type === 'files' ? new FilePlayer(request, shown, resume, dependencies) : new LivePlayer(request, dependencies)
}
