import type { Messages } from '../messages.ts'

export const activity: Messages['activity'] = {
  activity: 'Actividad',
  whoDidWhatNewestFirst: 'Quién hizo qué, lo más reciente primero.',
  kind: 'Tipo',
  everyKind: 'Todos los tipos',
  stream: 'Transmisión',
  everyStream: 'Todas las transmisiones',
  nothingYet: 'Nada todavía',
  noLineFitsThisFilter: 'Ninguna línea coincide con este filtro.',
  connectionsStreamsAndCommandsAppear: 'Las conexiones, transmisiones y órdenes aparecen aquí según ocurren.',
  showOlderLines: 'Mostrar líneas anteriores',
  kinds: {
    'connect': 'conexión',
    'publish': 'emisión',
    'quality': 'calidad',
    'disconnect': 'desconexión',
    'state': 'estado',
    'error': 'error',
    'command': 'orden',
    'sign-in': 'inicio de sesión',
  },
}
