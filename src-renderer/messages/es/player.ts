import type { Messages, Texts } from '../messages.ts'

export const player: Messages['player'] = {
  product: 'AMI Streams',
  player: 'Reproductor',
  aboutThisStream: 'Sobre esta transmisión',
  keys: 'Espacio reproduce y pausa, M silencia, F muestra la pantalla completa, las flechas o J y L saltan, Inicio y Fin van al momento más antiguo y al directo.',
  copyLink: 'Copiar enlace',
  copyEmbedCode: 'Copiar código para insertar',
  copied: 'Copiado',
  copyThis: 'Copia esto:',
  play: 'Reproducir',
  pause: 'Pausar',
  turnAudioOn: 'Activar el audio',
  mute: 'Silenciar',
  volume: 'Volumen',
  rewind: 'Retroceder',
  goToLive: 'Ir al directo',
  live: 'En directo',
  liveNow: 'EN DIRECTO',
  backToLive: 'Volver al directo',
  delay: 'Tiempo desde que el servidor recibe un fotograma hasta que se muestra aquí',
  pictureInPicture: 'Imagen en imagen',
  fullScreen: 'Pantalla completa',
  qualityAndPlayer: 'Calidad y reproductor',
  playerSettings: 'Ajustes del reproductor',
  quality: 'Calidad',
  automatic: 'Automática',
  source: 'Original',
  auto: (size) => `Auto ${size}`,
  lowLatencyHls: 'HLS de baja latencia',
  webRtc: 'WebRTC, tiempo real',
  dash: 'DASH',
  states: {
    'loading': { title: 'Cargando', text: '', chip: 'Cargando' },
    'playing': { title: '', text: '', chip: 'En directo' },
    'buffering': { title: 'Cargando búfer', text: '', chip: 'Cargando búfer' },
    'reconnecting': {
      title: 'La emisión se ha interrumpido un momento',
      text: 'La transmisión continúa sola en cuanto vuelva la señal.',
      chip: 'Reconectando',
    },
    'waiting': {
      title: 'Aún no está en directo',
      text: 'Esta página empieza a reproducir sola cuando comience la transmisión.',
      chip: 'Aún no en directo',
    },
    'ended': { title: 'La transmisión ha terminado', text: 'Si vuelve a empezar, esta página la reproduce.', chip: 'Terminada' },
    'missing': {
      title: 'No hay ninguna transmisión con este nombre',
      text: 'Comprueba el enlace con quien te lo envió.',
      chip: 'No encontrada',
    },
    'refused': {
      title: 'Esta transmisión no se puede ver desde aquí',
      text: 'Consulta con quien te envió el enlace.',
      chip: 'Sin acceso',
    },
    'connection-lost': {
      title: 'Se ha perdido la conexión',
      text: 'Intentándolo de nuevo. La reproducción continúa sola.',
      chip: 'Conectando',
    },
    'returning': { title: 'La transmisión está volviendo', text: 'Continúa aquí sola en un momento.', chip: 'Volviendo' },
    'unsupported': {
      title: 'Este navegador no puede reproducir la transmisión',
      text: 'Le falta el códec con el que se emite. Prueba Chrome, Edge o Safari, o abre la URL en VLC.',
      chip: 'No compatible',
    },
  },
  hostDoesNotAnswer: 'El servidor no responde',
  checkTheConnection: 'Comprueba la conexión con él.',
  hostAnswered: (status) => `El servidor respondió ${status}`,
  noWebRtcConnection: 'No se ha establecido la conexión: la red no deja pasar WebRTC',
}

const sections: Readonly<Record<string, object>> = { player }

export const texts: Texts = (section, english) => sections[section] ?? english
