import type { AutomationKinds } from '../../../media/automation/automation-kinds.ts'
import { AppError } from '../../../platform/errors.ts'
import type { InstanceBook } from '../../instances/instance-book.ts'
import type { ObsMirror } from '../../schemas/mirror.ts'

/** Lets macros and rules ask how an OBS is. One that is not connected meets no condition but its opposite. */
export function registerObsConditions(kinds: AutomationKinds, book: Pick<InstanceBook, 'session' | 'only'>): void {
  const mirrorOf = (obs: string | undefined): ObsMirror | string => {
    try {
      return book.session(obs ?? book.only()).mirror()
    } catch (error) {
      if (error instanceof AppError) return error.message
      throw error
    }
  }
  kinds.addCondition('obs-connected', ({ obs }) => {
    const mirror = mirrorOf(obs)
    return typeof mirror === 'string' ? { met: false, because: mirror } : { met: true, because: 'OBS is connected' }
  })
  kinds.addCondition('obs-scene', ({ obs, scene }) => {
    const mirror = mirrorOf(obs)
    if (typeof mirror === 'string') return { met: false, because: mirror }
    return { met: mirror.program === scene, because: `the program of OBS is "${mirror.program ?? ''}"` }
  })
  kinds.addCondition('obs-output', ({ obs, output }) => {
    const mirror = mirrorOf(obs)
    if (typeof mirror === 'string') return { met: false, because: mirror }
    const state = mirror.outputs[output === 'virtual-camera' ? 'virtualCamera' : output] ?? 'stopped'
    return { met: state !== 'stopped' && state !== 'stopping', because: `${output} of OBS is ${state}` }
  })
}
