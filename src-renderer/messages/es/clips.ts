import type { Messages } from '../messages.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('es')

export const clips: Messages['clips'] = {
  waitingForTheEnd: 'esperando el final',
  beingCreated: 'creándose',
  progressOf: (title) => `Progreso de ${title}`,
  notExactToTheFrame: (note) => `No exacto al fotograma: ${note}`,
  title: 'Título',
  theTitleWasChanged: 'Título cambiado',
  from: 'Desde',
  frames: (frames) => plural(frames, { one: '# fotograma', other: '# fotogramas' }),
  state: 'Estado',
  noClipsYet: 'Aún no hay clips',
  whileTheStreamIsLive:
    'Mientras la transmisión está en directo, marca un inicio y un final bajo su vista previa, o crea un clip de los últimos 30 segundos.',
  clips: 'Clips',
  thePreviewDoesNotPlay: 'La vista previa aún no se reproduce',
  markTheStartFirst: 'Marca primero el inicio',
  theEndLiesBeforeThe: 'El final está antes que el inicio',
  theClipIsBeingCreated: 'El clip se está creando: mira la pestaña Clips',
  clip: 'Clip',
  markStart: 'Marcar inicio',
  markStartAgain: 'Marcar inicio otra vez',
  markEnd: 'Marcar final',
  clipLast30S: 'Clip de los últimos 30 s',
  fromNamed: (time) => `desde ${time}`,
  ofTheClip: (label) => `${label} del clip`,
  aSecondBack: 'un segundo atrás',
  aFrameBack: 'un fotograma atrás',
  aFrameOn: 'un fotograma adelante',
  aSecondOn: 'un segundo adelante',
  createClip: 'Crear clip',
  length: (seconds, frames) => `${seconds} s, ${plural(frames, { one: '# fotograma', other: '# fotogramas' })}`,
  theLastFrameLiesBefore: 'El último fotograma está antes que el primero',
  firstFrame: 'Primer fotograma',
  lastFrame: 'Último fotograma',
  ready: 'listo',
  failed: 'fallido',
}
