import type { ErrorText } from '../messages.ts'

/** Errors of the remote desktop. */
export const desktopErrors = {
  'desktop.display_not_found': {
    english: 'There is no display of that id',
    title: 'No hay ninguna pantalla con ese identificador',
    remedy: 'Consulta GET /desktop/displays.',
  },
  'desktop.limit': {
    english: 'The maximum number of displays is reached',
    title: 'Ya hay tantas pantallas como puede haber',
    remedy: 'Quita una que no se use o aumenta la opción `maxDesktops`.',
  },
  'desktop.busy': {
    english: 'Too many changes wait for the displays',
    title: 'Demasiados cambios esperan a las pantallas',
    remedy: 'Espera a que terminen los anteriores.',
  },
  'desktop.not_reachable': {
    english: 'The display of other programs cannot be reached',
    title: 'No se puede acceder a la pantalla de otros programas',
    remedy:
      'Comprueba que su servidor X funciona, la ruta de su socket y de su archivo de cookies, y que el usuario del servidor puede usar ambos.',
  },
  'desktop.attached': {
    english: 'The display was made by other programs',
    title: 'La pantalla es de otros programas',
    remedy: 'Deja el tamaño, los monitores, los programas, el inicio y el final a los programas que la crearon.',
  },
  'desktop.portal_missing': {
    english: 'No desktop that can be shown is logged in at this machine',
    title: 'En este equipo no hay iniciada ninguna sesión de escritorio que se pueda mostrar',
    remedy:
      'Inicia sesión en el equipo, instala `xdg-desktop-portal` con el componente de su escritorio (`xdg-desktop-portal-gnome` o `xdg-desktop-portal-kde`) e inicia el servidor como ese usuario dentro de la sesión.',
  },
  'desktop.portal_denied': {
    english: 'The desktop at the machine was not shared',
    title: 'No se compartió el escritorio del equipo',
    remedy:
      'Pide a la persona que está en el equipo que elija una pantalla, permita la interacción remota y confirme; después, inténtalo de nuevo.',
  },
  'desktop.portal_ended': {
    english: 'The desktop at the machine ended the sharing',
    title: 'El escritorio del equipo dejó de compartirse',
    remedy: 'Ábrelo de nuevo. Se pregunta a la persona que está en el equipo, salvo que el escritorio lo recuerde.',
  },
  'desktop.shown_already': {
    english: 'This display is among the desktops already',
    title: 'Esta pantalla ya está entre los escritorios',
    remedy: 'Ábrela allí: como la pantalla de este equipo o como el escritorio que se creó aquí.',
  },
  'desktop.not_screen': {
    english: 'Only the screen of the machine has that',
    title: 'Solo la pantalla del equipo lo tiene',
    remedy: 'Cambia `privacy` de la pantalla `screen`, que existe donde el servidor se inició en una pantalla.',
  },
  'desktop.not_ours': {
    english: 'This display was not created here',
    title: 'Esta pantalla no se creó aquí',
    remedy: 'Quita solo pantallas de tipo `virtual`, `attached` y `portal`.',
  },
  'desktop.not_recorded': {
    english: 'The display is not being recorded',
    title: 'La pantalla no se está grabando',
    remedy: 'Inicia primero una grabación.',
  },
  'desktop.recorded_by_rule': {
    english: 'The display is recorded while somebody controls it',
    title: 'La pantalla se graba mientras alguien la controla',
    remedy: 'Pide a un administrador que detenga la grabación o que cambie la regla de la pantalla.',
  },
  'desktop.no_image': {
    english: 'There is no image of the display',
    title: 'No hay imagen de la pantalla',
    remedy: 'Abre la pantalla, lo que la inicia; consulta el motivo.',
  },
  'desktop.file_not_found': {
    english: 'There is no such file in the shared folder',
    title: 'No existe ese archivo en la carpeta compartida',
    remedy: 'Consulta GET /desktop/displays/ID/files. No se siguen los enlaces que llevan fuera de la carpeta compartida.',
  },
  'desktop.nothing_copied': {
    english: 'These files are not in the clipboard of the display',
    title: 'Esos archivos no están en el portapapeles de la pantalla',
    remedy: 'Copia archivos en la pantalla mientras está abierta en un navegador y descárgalos antes de que se copie otra cosa.',
  },
  'desktop.visit_unknown': {
    english: 'No guest of that secret is at a display',
    title: 'Ningún invitado con ese secreto está en una pantalla',
    remedy: 'Abre la pantalla con la invitación: el secreto está en su mensaje rights y termina con la conexión.',
  },
  'desktop.upload_limit': {
    english: 'Guests may not send that much',
    title: 'Los invitados no pueden enviar tanto',
    remedy: 'Envía archivos más pequeños o pide otra vía a quien te invitó.',
  },
  'desktop.not_open': {
    english: 'The display is not open in a browser',
    title: 'La pantalla no está abierta en un navegador',
    remedy: 'Abre la pantalla e inténtalo de nuevo.',
  },
  'desktop.file_name': {
    english: 'A file cannot have that name',
    title: 'Un archivo no puede tener ese nombre',
    remedy: 'Envía nombres separados por «/», sin «..», barras invertidas ni caracteres de control, de 255 bytes como máximo cada uno.',
  },
  'desktop.files_unavailable': {
    english: 'The shared folder of the display cannot be used',
    title: 'No se puede usar la carpeta compartida de la pantalla',
    remedy: 'Da al usuario del host una carpeta personal en la que pueda escribir.',
  },
  'desktop.archive_too_large': {
    english: 'The folder has too many files for one archive',
    title: 'La carpeta tiene demasiados archivos para un solo fichero comprimido',
    remedy: 'Descarga sus carpetas una a una.',
  },
  'desktop.upload_not_found': {
    english: 'There is no such upload',
    title: 'No existe esa subida',
    remedy: 'Empiézala de nuevo: la que está parada 15 minutos se abandona.',
  },
  'desktop.upload_busy': {
    english: 'Too many uploads at a time',
    title: 'Demasiadas subidas a la vez',
    remedy: 'Espera a que termine alguna.',
  },
  'desktop.upload_offset': {
    english: 'This is not the next piece of the file',
    title: 'Ese no es el siguiente trozo del archivo',
    remedy: 'Continúa en el byte que indica received.',
  },
  'desktop.upload_too_large': {
    english: 'The file has more bytes than were announced',
    title: 'El archivo tiene más bytes de los anunciados',
    remedy: 'Empieza la subida de nuevo con el tamaño que tiene ahora el archivo.',
  },
  'desktop.upload_interrupted': {
    english: 'A piece of the file did not arrive whole',
    title: 'Un trozo del archivo no llegó entero',
    remedy: 'Consulta cuánto ha llegado y continúa desde ahí.',
  },
  'desktop.disk_full': {
    english: 'The disk has no space for the file',
    title: 'No hay espacio en el disco para el archivo',
    remedy: 'Borra archivos que no se necesiten.',
  },
  'desktop.server_missing': {
    english: 'The program that makes displays is not installed',
    title: 'El programa que crea pantallas no está instalado',
    remedy:
      'En Debian y Ubuntu: apt-get install tigervnc-standalone-server, o para pantallas de Xorg xserver-xorg-core xserver-xorg-video-dummy.',
  },
  'desktop.wayland_missing': {
    english: 'The program that makes Wayland displays is not installed',
    title: 'El programa que crea pantallas de Wayland no está instalado',
    remedy: 'En Debian y Ubuntu: apt-get install sway foot.',
  },
  'desktop.xwayland_missing': {
    english: 'The program ended at once, and programs of X11 do not run on this Wayland display',
    title: 'El programa terminó enseguida, y en esta pantalla de Wayland no funcionan programas de X11',
    remedy: 'Si es un programa de X11: en Debian y Ubuntu apt-get install xwayland, y después crea la pantalla de nuevo.',
  },
  'desktop.wayland_limit': {
    english: 'A Wayland display cannot have that',
    title: 'Una pantalla de Wayland no puede tener eso',
    remedy: 'Crea una pantalla de X11 para varios monitores y para otros usuarios del equipo.',
  },
  'desktop.x11_limit': {
    english: 'A display of X11 cannot have that',
    title: 'Una pantalla de X11 no puede tener eso',
    remedy: 'Crea una pantalla de Wayland para una escala, o ajusta el tamaño de los textos en los programas.',
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
  'desktop.user_helper_missing': {
    english: 'Displays of other users need the helper for sessions',
    title: 'Las pantallas de otros usuarios necesitan el asistente de sesiones',
    remedy:
      'En el equipo, como root: instala el paquete, escribe los nombres de los usuarios en /etc/ami-streams/sessions, uno por línea, y ejecuta systemctl enable --now ami-streams-sessions.socket.',
  },
  'desktop.user_denied': {
    english: 'No display can be made as this user of the machine',
    title: 'No se puede crear una pantalla como este usuario del equipo',
    remedy: 'Consulta el motivo. Un administrador del equipo escribe en /etc/ami-streams/sessions los nombres de los usuarios permitidos.',
  },
  'desktop.user_failed': {
    english: 'The process that makes displays of this user failed',
    title: 'Falló el proceso que crea las pantallas de este usuario',
    remedy: 'Inténtalo de nuevo. Consulta el registro del servidor.',
  },
  'desktop.forbidden': {
    english: 'You may not do this at the display',
    title: 'No puedes hacer esto en la pantalla',
    remedy: 'Pide a un administrador que te dé permiso.',
  },
  'desktop.rights_ended': {
    english: 'Your rights at this display have ended',
    title: 'Tus permisos en esta pantalla han terminado',
    remedy: 'Pide a quien te los dio que te los dé de nuevo.',
  },
  'desktop.user_unknown': {
    english: 'No user with that id can sign in',
    title: 'Ningún usuario con ese identificador puede iniciar sesión',
    remedy: 'Usa token:ID con el identificador de un token de GET /tokens que no esté revocado.',
  },
  'desktop.grant_expired': {
    english: 'The rights would have expired already',
    title: 'Los permisos ya habrían caducado',
    remedy: 'Indica una hora futura.',
  },
  'desktop.grant_not_found': {
    english: 'The user has no rights at this display',
    title: 'El usuario no tiene permisos en esta pantalla',
    remedy: 'Consulta GET /desktop/displays/:id/grants.',
  },
  'desktop.too_many_grants': {
    english: 'The maximum number of users have rights at this display',
    title: 'Ya tienen permisos en esta pantalla tantos usuarios como puede haber',
    remedy: 'Retira permisos que no se usen.',
  },
  'desktop.attendee_not_found': {
    english: 'Nobody with that id is at the display',
    title: 'Nadie con ese identificador está en la pantalla',
    remedy: 'Consulta GET /desktop/displays/:id/attendees: quien se conecta de nuevo tiene otro identificador.',
  },
  'desktop.invitation_unknown': {
    english: 'This invitation is not valid',
    title: 'Esta invitación no es válida',
    remedy: 'Ha caducado, fue retirada o el enlace no está completo: pide otra a quien te invitó.',
  },
  'desktop.invitation_spent': {
    english: 'This invitation has been used',
    title: 'Esta invitación ya se ha usado',
    remedy: 'Es para una sola persona. Ábrela en el navegador donde la abriste primero, o pide otra.',
  },
  'desktop.invitation_not_found': {
    english: 'There is no invitation of that id',
    title: 'No hay ninguna invitación con ese identificador',
    remedy: 'Consulta GET /desktop/displays/:id/invitations.',
  },
  'desktop.too_many_invitations': {
    english: 'The maximum number of invitations is reached',
    title: 'Ya hay tantas invitaciones válidas como puede haber',
    remedy: 'Retira algunas que no se usen.',
  },
  'desktop.too_many_guests': {
    english: 'The maximum number of people have used this link',
    title: 'Ya han entrado por este enlace tantas personas como pueden',
    remedy: 'Pide otro enlace a quien te invitó.',
  },
  'desktop.second_factor_needed': {
    english: 'Desktops need your second factor in this sign-in',
    title: 'Los escritorios necesitan tu segundo factor en este inicio de sesión',
    remedy: 'Escribe un código de tu aplicación de autenticación en Escritorios, o envíalo a POST /desktop/second-factor/prove.',
  },
  'desktop.second_factor_exists': {
    english: 'You have a second factor already',
    title: 'Ya tienes un segundo factor',
    remedy: 'Quítalo primero: DELETE /desktop/second-factor.',
  },
  'desktop.second_factor_missing': {
    english: 'The user has no second factor',
    title: 'El usuario no tiene un segundo factor',
    remedy: 'Configura uno en Escritorios.',
  },
  'desktop.code_wrong': {
    english: 'The code is wrong, or was used already',
    title: 'El código es incorrecto o ya se ha usado',
    remedy: 'Espera al siguiente código de tu aplicación y comprueba que los relojes de ambos equipos estén bien.',
  },
  'desktop.codes_blocked': {
    english: 'There were too many wrong codes',
    title: 'Hubo demasiados códigos incorrectos',
    remedy: 'Espera cinco minutos. Si no eran tuyos, alguien inicia sesión como tú: revoca tu token.',
  },
  'desktop.consent_denied': {
    english: 'Nobody allowed you to open this desktop',
    title: 'Nadie te ha permitido abrir este escritorio',
    remedy: 'Pídelo a quien está delante o a un administrador e inténtalo de nuevo: sin respuesta en un minuto es un no.',
  },
  'desktop.locked': {
    english: 'This desktop is locked',
    title: 'Este escritorio está bloqueado',
    remedy: 'Ábrelo en Escritorios y escribe un código de tu aplicación de autenticación, o pídeselo a alguien que pueda controlarlo.',
  },
  'desktop.consent_not_found': {
    english: 'Nobody waits for this answer',
    title: 'Nadie espera esta respuesta',
    remedy: 'Consulta GET /desktop/consents.',
  },
} as const satisfies Record<string, ErrorText>
