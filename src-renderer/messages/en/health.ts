import { pluralIn } from '../plural.ts'

const plural = pluralIn('en')

/** Texts of the section health that every page shows: the state in a few words. */
export const health = {
  health: 'Health',
  log: 'Log',
  allWell: 'All is well',
  problems: (count: number) => plural(count, { one: '# problem', other: '# problems' }),
  warnings: (count: number) => plural(count, { one: '# warning', other: '# warnings' }),
  notices: (count: number) => plural(count, { one: '# notice', other: '# notices' }),
  worst: (count: string, title: string) => `${count}. The worst: ${title}`,
  titles: {
    encoderBehind: (name: string) => `${name}: the encoder does not keep up`,
    renderOverload: 'The show is not drawn in time',
    browserCostly: (name: string, percent: string) => `The page ${name} takes ${percent} of a core`,
    sourceNoSignal: (name: string) => `${name} is on air without a signal`,
    microphoneSilent: (name: string) => `${name} is on air and silent`,
    audioClipping: (track: string) => `Audio track ${track} is too loud and distorts`,
    driftCorrected: (name: string, ppm: string) => `The clock of ${name} drifts by ${ppm} ppm: corrected`,
    deviceUnreliable: (name: string) => `${name} loses audio`,
    uploadTooSmall: (name: string) => `${name}: the upload is too small`,
    destinationTooSlow: (name: string) => `${name} takes less than is sent`,
    outputFailed: (name: string) => `${name} does not send`,
    destinationFailed: (name: string) => `${name} is not reached`,
    keyframesFarApart: (name: string) => `${name} has too few keyframes`,
    publisherUnstable: (name: string) => `The publisher of ${name} has an unstable connection`,
    diskMinutes: (minutes: string) => `The disk lasts for ${minutes} more min of recording`,
    diskLittle: 'The disk is nearly full',
    overloaded: 'The machine is overloaded',
    throttled: 'The processor is too hot and was slowed down',
    memoryLow: 'The memory is nearly full',
    hostProblem: 'The host cannot do part of its work',
    processRestarted: (process: string) => `The process ${process} ended and was restarted`,
    clockStepped: 'The clock of the system was set',
    other: (code: string) => `Finding ${code}`,
  },
}
