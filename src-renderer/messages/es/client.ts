import type { Messages } from '../messages.ts'

export const client: Messages['client'] = {
  theHostAnswered: (status) => `El servidor respondió ${status}`,
  theHostDoesNotAnswer: 'El servidor no responde',
  checkThatItIsRunning: 'Comprueba que esté en marcha.',
  justNow: 'ahora mismo',
  minutesAgo: (minutes) => `hace ${minutes} min`,
  hoursAgo: (hours) => `hace ${hours} h`,
  daysAgo: (days) => `hace ${days} d`,
  never: 'nunca',
  noMediaYet: 'Aún sin contenido',
  mono: 'mono',
  stereo: 'estéreo',
  channels: (channels) => `${channels} canales`,
  on: (browser, system) => `${browser} en ${system}`,
  unknownPlayer: 'reproductor desconocido',
}
