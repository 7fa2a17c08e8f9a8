import { pluralIn } from '../plural.ts'

const plural = pluralIn('es')

/** Texts of the section health that every page shows. */
export const health = {
  health: 'Salud',
  log: 'Registro',
  allWell: 'Todo va bien',
  problems: (count: number) => plural(count, { one: '# problema', other: '# problemas' }),
  warnings: (count: number) => plural(count, { one: '# aviso', other: '# avisos' }),
  notices: (count: number) => plural(count, { one: '# nota', other: '# notas' }),
  worst: (count: string, title: string) => `${count}. Lo peor: ${title}`,
  titles: {
    encoderBehind: (name: string) => `${name}: el codificador no da abasto`,
    renderOverload: 'El programa no se dibuja a tiempo',
    browserCostly: (name: string, percent: string) => `La página ${name} usa el ${percent} de un núcleo`,
    sourceNoSignal: (name: string) => `${name} está en el aire sin señal`,
    microphoneSilent: (name: string) => `${name} está en el aire y en silencio`,
    audioClipping: (track: string) => `La pista de audio ${track} está demasiado alta y distorsiona`,
    driftCorrected: (name: string, ppm: string) => `El reloj de ${name} se desvía ${ppm} ppm: corregido`,
    deviceUnreliable: (name: string) => `${name} pierde audio`,
    uploadTooSmall: (name: string) => `${name}: la subida no alcanza`,
    destinationTooSlow: (name: string) => `${name} admite menos de lo que se envía`,
    outputFailed: (name: string) => `${name} no envía`,
    destinationFailed: (name: string) => `No se llega a ${name}`,
    keyframesFarApart: (name: string) => `${name} tiene muy pocos fotogramas clave`,
    publisherUnstable: (name: string) => `La conexión de quien publica ${name} es inestable`,
    diskMinutes: (minutes: string) => `El disco alcanza para ${minutes} min más de grabación`,
    diskLittle: 'El disco está casi lleno',
    overloaded: 'La máquina está sobrecargada',
    throttled: 'El procesador está demasiado caliente y se frenó',
    memoryLow: 'La memoria está casi llena',
    hostProblem: 'El servidor no puede hacer parte de su trabajo',
    processRestarted: (process: string) => `El proceso ${process} terminó y se reinició`,
    clockStepped: 'Se cambió la hora del sistema',
    other: (code: string) => `Hallazgo ${code}`,
  },
}
