import type { ErrorText } from '../messages.ts'

/** Errors of the control of OBS Studio. */
export const obsErrors = {
  'obs.not_found': {
    english: 'There is no OBS of that id or name',
    title: 'No hay ningún OBS con ese identificador o nombre',
    remedy: 'Consulta GET /obs.',
  },
  'obs.ambiguous': {
    english: 'More than one OBS could be meant',
    title: 'Puede referirse a más de un OBS',
    remedy: 'Indica uno con obs: consulta GET /obs.',
  },
  'obs.limit': {
    english: 'There are as many OBS instances as there can be',
    title: 'Ya hay tantas instancias de OBS como puede haber',
    remedy: 'Quita una que no se use.',
  },
  'obs.exists': {
    english: 'This OBS was added already',
    title: 'Este OBS ya se añadió',
    remedy: 'Usa la instancia que se nombra.',
  },
  'obs.address_needed': {
    english: 'The OBS to add has no host',
    title: 'El OBS que se quiere añadir no tiene host',
    remedy: 'Envía host, o found con un identificador de GET /obs/found.',
  },
  'obs.found_gone': {
    english: 'That OBS is no longer found on this machine',
    title: 'Ese OBS ya no se encuentra en este equipo',
    remedy: 'Consulta de nuevo GET /obs/found, o añádelo con su host y puerto.',
  },
  'obs.not_connected': {
    english: 'The OBS is not connected',
    title: 'El OBS no está conectado',
    remedy: 'Inicia OBS y mira la causa en error de GET /obs/:id; POST /obs/:id/connect lo intenta enseguida.',
  },
  'obs.unreachable': {
    english: 'No OBS answers at this host and port',
    title: 'Ningún OBS responde en este host y puerto',
    remedy:
      'Inicia OBS y activa Herramientas, Ajustes del servidor WebSocket, Habilitar servidor WebSocket; comprueba host, puerto y cortafuegos.',
  },
  'obs.lost': {
    english: 'The connection to OBS was lost',
    title: 'Se perdió la conexión con OBS',
    remedy: 'Comprueba que OBS está en marcha: se vuelve a conectar solo.',
  },
  'obs.closed_by_obs': {
    english: 'OBS closed the connection',
    title: 'OBS cerró la conexión',
    remedy: 'Comprueba en OBS, Herramientas, Ajustes del servidor WebSocket, si alguien terminó la sesión.',
  },
  'obs.not_answering': {
    english: 'OBS accepts connections but does not answer',
    title: 'OBS acepta conexiones pero no responde',
    remedy: 'Mira OBS: puede haber un diálogo que espera o el programa está bloqueado. Reinícialo si no reacciona.',
  },
  'obs.connector_away': {
    english: 'The connector of this OBS is not connected to this host',
    title: 'El conector de este OBS no está conectado a este servidor',
    remedy: 'En la máquina de ese OBS, ejecuta `streams obs connect` con la URL de este servidor y el token de la instancia.',
  },
  'obs.connector_token': {
    english: 'No OBS has this connector token',
    title: 'Ningún OBS tiene este token de conector',
    remedy: 'Crea otro token en la página de OBS e inicia el conector con él: el anterior fue sustituido, o su OBS eliminado.',
  },
  'obs.no_connector': {
    english: 'This OBS has no connector',
    title: 'Este OBS no tiene conector',
    remedy: 'Añade el OBS de nuevo con `POST /obs/connectors`, o cambia su host y su puerto.',
  },
  'obs.scan_running': {
    english: 'A network is being searched for OBS already',
    title: 'Ya se está buscando OBS en una red',
    remedy: 'Espera a que termine o termínala con `DELETE /obs/scan`.',
  },
  'obs.too_large': {
    english: 'OBS sent more than this program reads',
    title: 'OBS envió más de lo que este programa lee',
    remedy: 'Comprueba que el host y el puerto sean de un OBS en el que confías; reduce su colección de escenas.',
  },
  'obs.not_obs': {
    english: 'What answers there does not speak the protocol of obs-websocket 5',
    title: 'Lo que responde ahí no habla el protocolo de obs-websocket 5',
    remedy: 'Comprueba el puerto (OBS: 4455). Si es OBS 27 o anterior, actualiza a OBS 28 o posterior, que lo incluye.',
  },
  'obs.version_too_old': {
    english: 'This version of OBS is too old to be controlled',
    title: 'Esta versión de OBS es demasiado antigua para controlarla',
    remedy: 'Actualiza OBS Studio a la versión 28 o posterior, o su complemento obs-websocket a la 5.0 o posterior.',
  },
  'obs.password_wrong': {
    english: 'OBS does not accept the password',
    title: 'OBS no acepta la contraseña',
    remedy:
      'Copia la contraseña de OBS, Herramientas, Ajustes del servidor WebSocket, Mostrar información de conexión, e introdúcela aquí.',
  },
  'obs.password_needed': {
    english: 'OBS asks for a password, and none was entered',
    title: 'OBS pide una contraseña y no se ha introducido ninguna',
    remedy:
      'Copia la contraseña de OBS, Herramientas, Ajustes del servidor WebSocket, Mostrar información de conexión, e introdúcela aquí.',
  },
  'obs.timeout': {
    english: 'OBS did not answer the request in time',
    title: 'OBS no respondió a la petición a tiempo',
    remedy: 'Mira OBS: puede estar ocupado o esperar en un diálogo. Consulta su estado antes de repetir la petición.',
  },
  'obs.busy': {
    english: 'Too many requests wait for OBS',
    title: 'Demasiadas peticiones esperan a OBS',
    remedy: 'Espera las respuestas, o envíalas en un solo lote.',
  },
  'obs.request_unknown': {
    english: 'This OBS does not know the request',
    title: 'Este OBS no conoce la petición',
    remedy: 'Consulta version.requests de GET /obs/:id; un OBS más nuevo puede tenerla.',
  },
  'obs.request_invalid': {
    english: 'OBS rejected the data of the request',
    title: 'OBS rechazó los datos de la petición',
    remedy: 'Corrige el campo que se nombra.',
  },
  'obs.resource_not_found': {
    english: 'OBS has no such scene, input, filter or other item',
    title: 'OBS no tiene esa escena, entrada, filtro u otro elemento',
    remedy: 'Consulta GET /obs/:id/mirror.',
  },
  'obs.resource_exists': {
    english: 'OBS has something of that name already',
    title: 'OBS ya tiene algo con ese nombre',
    remedy: 'Elige otro nombre.',
  },
  'obs.wrong_state': {
    english: 'OBS cannot do this in its present state',
    title: 'OBS no puede hacerlo en su estado actual',
    remedy: 'Inicia, detén o activa antes lo que se nombra.',
  },
  'obs.not_ready': {
    english: 'OBS is busy loading',
    title: 'OBS está ocupado cargando',
    remedy: 'Inténtalo de nuevo en unos segundos.',
  },
  'obs.request_failed': {
    english: 'OBS could not do this',
    title: 'OBS no pudo hacerlo',
    remedy: 'Mira lo que dice OBS y su registro (Ayuda, Archivos de registro).',
  },
  'obs.host_unreachable_from_obs': {
    english: 'That OBS cannot reach the RTMP port of this host',
    title: 'Ese OBS no alcanza el puerto RTMP de este host',
    remedy: 'Haz que el host escuche en la red (bind, p. ej. 0.0.0.0), o ejecuta OBS en el mismo equipo.',
  },
  'obs.streams_elsewhere': {
    english: 'OBS streams to another server at present',
    title: 'OBS emite ahora a otro servidor',
    remedy: 'Detén antes su emisión: los ajustes de una emisión en marcha no se pueden cambiar.',
  },
  'obs.stream_not_arrived': {
    english: 'OBS was started, but its stream did not arrive here',
    title: 'Se inició OBS, pero su emisión no llegó aquí',
    remedy: 'Mira el mensaje de OBS sobre su salida; comprueba el cortafuegos y la dirección del servidor que se configuró.',
  },
  'obs.template_changed': {
    english: 'OBS has changed since the plan was made',
    title: 'OBS ha cambiado desde que se hizo el plan',
    remedy: 'Haz de nuevo el plan (`POST /obs/:id/template/plan`) y revísalo.',
  },
  'obs.template_not_applied': {
    english: 'No such application of a template can be undone',
    title: 'No hay ninguna plantilla aplicada que se pueda deshacer',
    remedy: 'Consulta `GET /obs/:id/template/applications`.',
  },
  'obs.template_other_collection': {
    english: 'The template was applied to another scene collection',
    title: 'La plantilla se aplicó a otra colección de escenas',
    remedy: 'Cambia primero OBS a esa colección de escenas (`PATCH /obs/:id/collection`).',
  },
  'obs.template_not_newest': {
    english: 'Another template was applied later',
    title: 'Después se aplicó otra plantilla',
    remedy: 'Deshaz primero la más reciente: `GET /obs/:id/template/applications`.',
  },
  'obs.protocol_off': {
    english: 'The server for programs made for OBS is off',
    title: 'El servidor para programas hechos para OBS está apagado',
    remedy: 'Actívalo primero: Ajustes, Programas hechos para OBS.',
  },
  'obs.client_limit': {
    english: 'The maximum number of programs with a password is reached',
    title: 'Ya hay tantos programas con contraseña como puede haber',
    remedy: 'Retira la contraseña de uno que no se use.',
  },
  'obs.client_unknown': {
    english: 'There is no program of that id',
    title: 'No hay ningún programa con ese id',
    remedy: 'Mira `GET /studio/obs-protocol/clients`.',
  },
  'obs.pairing_gone': {
    english: 'That program no longer asks to connect',
    title: 'Ese programa ya no pide conectarse',
    remedy: 'Abre el emparejamiento y deja que el programa se conecte otra vez.',
  },
} satisfies Readonly<Record<string, ErrorText>>
