import type { ErrorText } from '../messages.ts'

/** Errors of the remote desktop. */
export const desktopErrors = {
  'desktop.display_not_found': {
    english: 'There is no display of that id',
    title: 'No hay ninguna pantalla con ese identificador',
    remedy: 'Consulta GET /desktop/displays.',
  },
  'desktop.limit': {
    english: 'There are as many displays as there can be',
    title: 'Ya hay tantas pantallas como puede haber',
    remedy: 'Quita una que no se use.',
  },
  'desktop.not_ours': {
    english: 'This display was not created here',
    title: 'Esta pantalla no se creó aquí',
    remedy: 'Quita solo pantallas de tipo virtual.',
  },
  'desktop.server_missing': {
    english: 'The program that makes displays is not installed',
    title: 'El programa que crea pantallas no está instalado',
    remedy: 'En Debian y Ubuntu: apt-get install tigervnc-standalone-server.',
  },
  'desktop.server_failed': {
    english: 'A display could not be started',
    title: 'No se pudo iniciar una pantalla',
    remedy: 'Consulta el motivo; libera memoria y espacio en disco e inténtalo de nuevo.',
  },
  'desktop.program_failed': {
    english: 'The program could not be started on the display',
    title: 'No se pudo iniciar el programa en la pantalla',
    remedy: 'Comprueba su nombre y que esté instalado para el usuario del host.',
  },
} as const satisfies Record<string, ErrorText>
