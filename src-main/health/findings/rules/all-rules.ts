import type { Rule } from '../rule.ts'
import { audioRules } from './audio-rules.ts'
import { machineRules } from './machine-rules.ts'
import { networkRules } from './network-rules.ts'
import { videoRules } from './video-rules.ts'

/** Every condition that is watched. */
export const allRules: readonly Rule[] = [...videoRules, ...audioRules, ...networkRules, ...machineRules]

/** What is noted when it happens, and not watched. */
export const passingCodes = ['process.restarted', 'clock.stepped'] as const
