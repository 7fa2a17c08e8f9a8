import type { ErrorCode } from '../../../src-main/platform/errors.ts'
import type { ErrorText } from '../messages.ts'
import { automationErrors } from './automation-errors.ts'
import { desktopErrors } from './desktop-errors.ts'
import { networkCacheErrors } from './network-cache-errors.ts'
import { networkErrors } from './network-errors.ts'
import { networkMachineErrors } from './network-machine-errors.ts'
import { obsErrors } from './obs-errors.ts'

export const errors: Readonly<Record<ErrorCode, ErrorText>> = {
  ...automationErrors,
  ...desktopErrors,
  ...networkErrors,
  ...networkCacheErrors,
  ...networkMachineErrors,
  ...obsErrors,
  'internal': {
    english: 'Something went wrong inside the host',
    title: 'Algo ha fallado dentro del servidor',
    remedy: 'Consulta la línea del registro con el mismo identificador de solicitud.',
  },
  'request.invalid': {
    english: 'The request does not match its schema',
    title: 'La solicitud no sigue su esquema',
    remedy: 'Corrige el campo indicado.',
  },
  'request.malformed': {
    english: 'The HTTP request is malformed',
    title: 'La solicitud HTTP está mal formada',
    remedy:
      'Envía una sola cabecera Host con un nombre de servidor y un puerto opcional. Si hay un proxy delante, comprueba lo que reenvía.',
  },
  'request.too_many': {
    english: 'Too many open requests from this IP address',
    title: 'Demasiadas solicitudes abiertas desde esta dirección IP',
    remedy: 'Cierra algunas o aumenta la opción indicada. Detrás de un proxy inverso, configura `trustedProxies`.',
  },
  'request.not_found': {
    english: 'There is nothing at this URL',
    title: 'No hay nada en esta URL',
    remedy: 'Compara la ruta con /api/v1/docs.',
  },
  'request.conflict': {
    english: 'The request conflicts with the current state',
    title: 'La solicitud no encaja con el estado actual',
    remedy: 'Lee de nuevo el estado y repite.',
  },
  'request.too_large': {
    english: 'The request body is too large',
    title: 'El cuerpo de la solicitud es demasiado grande',
    remedy: 'Envía menos.',
  },
  'request.method_refused': {
    english: 'This URL does not support that method',
    title: 'Esta URL no admite ese método',
    remedy: 'Compara el método con /api/v1/docs.',
  },
  'request.media_type': {
    english: 'The request body is not JSON',
    title: 'El cuerpo de la solicitud no es JSON',
    remedy: 'Envía `Content-Type: application/json`.',
  },
  'request.host_refused': {
    english: 'The request names a host that this server does not answer for',
    title: 'La solicitud nombra un servidor por el que este no responde',
    remedy: 'Abre la URL que mostró el servidor, configura `publicUrl` con ese nombre o activa el inicio de sesión.',
  },
  'request.origin_refused': {
    english: 'A page of another origin may not do this',
    title: 'Una página de otro origen no puede hacer esto',
    remedy: 'Usa la página del propio servidor o un token.',
  },
  'auth.required': {
    english: 'Sign in first',
    title: 'Inicia sesión primero',
    remedy: 'Abre el enlace de inicio de sesión o envía `Authorization: Bearer TOKEN`.',
  },
  'auth.forbidden': {
    english: 'Your role does not allow this',
    title: 'Tu rol no permite esto',
    remedy: 'Pide a un administrador un token con el permiso indicado.',
  },
  'shell.no_desktop': {
    english: 'There is no desktop to show an icon on',
    title: 'No hay un escritorio donde mostrar un icono',
    remedy: 'Ejecútalo en una sesión gráfica que tenga un bus de mensajes (DBUS_SESSION_BUS_ADDRESS).',
  },
  'shell.not_attached': {
    english: 'No desktop shows windows for this host',
    title: 'Ningún escritorio muestra ventanas para este host',
    remedy: 'Ejecuta `streams` en la sesión gráfica donde deben estar las ventanas, o ábrelas en este navegador.',
  },
  'shell.window_failed': {
    english: 'The desktop did not open the window',
    title: 'El escritorio no abrió la ventana',
    remedy: 'Lee qué va mal; una ventana que ya se cerró se abre otra vez.',
  },
  'host.of_other_user': {
    english: 'The data folder belongs to another user',
    title: 'La carpeta de datos es de otro usuario',
    remedy: 'Elige una carpeta tuya con --data, o pide a ese usuario una invitación a su host.',
  },
  'link.invalid': {
    english: 'The link leads nowhere',
    title: 'El enlace no lleva a ninguna parte',
    remedy: 'Comprueba que se copió entero: docs/shell.md enumera los enlaces que hay.',
  },
  'auth.link_spent': {
    english: 'This sign-in link was used or has expired',
    title: 'Este enlace de inicio de sesión ya se usó o ha caducado',
    remedy: 'Crea uno nuevo con `streams tokens link`.',
  },
  'auth.token_unknown': {
    english: 'The token is not known, has expired or was revoked',
    title: 'El token no existe, ha caducado o se revocó',
    remedy: 'Crea uno nuevo con `streams tokens create`.',
  },
  'auth.too_many_attempts': {
    english: 'Too many failed sign-ins from this IP address',
    title: 'Demasiados inicios de sesión fallidos desde esta dirección IP',
    remedy: 'Espera cinco minutos e inténtalo de nuevo.',
  },
  'health.finding_not_found': {
    english: 'There is no such finding that can be dismissed',
    title: 'No hay ningún hallazgo así que se pueda descartar',
    remedy: 'Consulta GET /health/findings: lo que sigue vigente desaparece con su causa.',
  },
  'session.not_found': {
    english: 'There is no signed-in browser of that id',
    title: 'No hay ningún navegador con sesión con ese identificador',
    remedy: 'Consulta la lista con GET /sessions.',
  },
  'token.not_found': {
    english: 'There is no token of that id',
    title: 'No hay ningún token con ese identificador',
    remedy: 'Consulta la lista con `streams tokens list`.',
  },
  'path.forbidden': {
    english: 'This path must not be used',
    title: 'No se puede usar esta ruta',
    remedy:
      'Elige un archivo fuera de la carpeta de datos del servidor; como editor, uno de una carpeta que muestre `GET /editor-reach`, o pide a un administrador que introduzca la ruta o permita su carpeta.',
  },
  'url.forbidden': {
    english: 'Editors may not use this URL',
    title: 'Los editores no pueden usar esta URL',
    remedy:
      'Elige un servidor de internet, o pide a un administrador que introduzca la URL o permita el servidor en Ajustes, "Qué pueden alcanzar los editores" (`PATCH /editor-reach`).',
  },
  'secret.unreadable': {
    english: 'A stored secret is unreadable with the key of this data folder',
    title: 'Un secreto guardado no se puede leer con la clave de esta carpeta de datos',
    remedy: 'Recupera `secret-box.key` en la carpeta de datos o introduce el secreto otra vez.',
  },
  'secret.needed': {
    english: 'The stored secret must be entered again',
    title: 'Hay que introducir otra vez el secreto guardado',
    remedy:
      'Envía el propio secreto con este cambio. Un secreto guardado solo se usa con el servidor, puerto, protocolo y tipo para los que se introdujo.',
  },
  'command.invalid': {
    english: 'The command line is not understood',
    title: 'No se entiende la línea de órdenes',
    remedy: 'Consulta `streams --help`.',
  },
  'config.invalid': {
    english: 'An option is not valid',
    title: 'Una opción no es válida',
    remedy: 'Consulta `streams host --help`.',
  },
  'port.in_use': {
    english: 'A port is in use by another program',
    title: 'Otro programa usa un puerto',
    remedy: 'Detén ese programa o elige otro puerto.',
  },
  'port.forbidden': {
    english: 'This user may not listen on that port',
    title: 'Este usuario no puede escuchar en ese puerto',
    remedy: 'Elige un puerto superior a 1023.',
  },
  'storage.full': {
    english: 'The disk is full',
    title: 'El disco está lleno',
    remedy: 'Libera espacio. Hasta entonces, un servidor en marcha continúa en memoria.',
  },
  'storage.unreadable': {
    english: 'The data folder cannot be read',
    title: 'No se puede leer la carpeta de datos',
    remedy: 'Comprueba su propietario y sus permisos, o elige otra con --data.',
  },
  'storage.corrupt': {
    english: 'The database is damaged',
    title: 'La base de datos está dañada',
    remedy: 'Aparta el archivo indicado e inicia de nuevo, o pon una copia de seguridad en su lugar.',
  },
  'storage.newer': {
    english: 'The database was written by a newer version of this program',
    title: 'Una versión más reciente de este programa escribió la base de datos',
    remedy: 'Actualiza el programa o elige otra carpeta con --data.',
  },
  'storage.failed': {
    english: 'The database request failed',
    title: 'La base de datos no pudo hacer lo que se pidió',
    remedy: 'Consulta la línea del registro con el mismo identificador de solicitud.',
  },
  'certificate.invalid': {
    english: 'The TLS certificate or its key cannot be used',
    title: 'No se puede usar el certificado TLS o su clave',
    remedy: 'Indica archivos PEM que correspondan entre sí con --tls-cert y --tls-key.',
  },
  'acme.away': {
    english: 'The ACME authority does not answer',
    title: 'La autoridad ACME no responde',
    remedy: 'Comprueba que este equipo llega a la URL de acme.directory. Se vuelve a intentar sin más.',
  },
  'acme.unreachable': {
    english: 'The ACME authority cannot reach this machine by the name',
    title: 'La autoridad ACME no llega a este equipo por el nombre',
    remedy:
      'El puerto 80 del nombre debe llevar al puerto HTTP de aquí: comprueba el registro DNS, el cortafuegos y la redirección de puertos, o usa acme.dnsHook. Se vuelve a intentar sin más.',
  },
  'acme.wrong_answer': {
    english: 'Something else answers at the name',
    title: 'Otro programa responde en el nombre',
    remedy: 'El registro DNS, o lo que escucha en el puerto 80 del nombre, debe llevar a este programa. Se vuelve a intentar sin más.',
  },
  'acme.name_unknown': {
    english: 'The name has no IP address in DNS',
    title: 'El nombre no tiene dirección IP en DNS',
    remedy: 'Crea un registro A o AAAA para el nombre o corrige acme.names. Se vuelve a intentar sin más.',
  },
  'acme.rate_limited': {
    english: 'The ACME authority gives no more certificates for now',
    title: 'La autoridad ACME no da más certificados por ahora',
    remedy: 'Espera el tiempo que indica la autoridad. Mientras pruebas, usa su directorio de pruebas.',
  },
  'acme.rejected': {
    english: 'The ACME authority rejected the order',
    title: 'La autoridad ACME rechazó el pedido',
    remedy: 'Corrige lo que indica; puede que acme.names tenga nombres que no acepta o que un registro CAA lo prohíba.',
  },
  'acme.hook_failed': {
    english: 'The program of acme.dnsHook failed',
    title: 'Falló el programa de acme.dnsHook',
    remedy: 'Ejecútalo a mano con los mismos argumentos y corrige lo que muestra.',
  },
  'service.sockets_invalid': {
    english: 'A socket that the service manager passed cannot be used',
    title: 'No se puede usar un socket que pasó el gestor de servicios',
    remedy: 'Corrige la unidad de socket (`systemctl cat`) o la opción indicada y vuelve a iniciar el servicio.',
  },
  'service.unavailable': {
    english: 'There is no systemd that could run the service',
    title: 'No hay un systemd que pueda ejecutar el servicio',
    remedy: 'Ejecuta `streams host` con el gestor de servicios de este sistema o en un terminal.',
  },
  'service.changed': {
    english: 'The unit file of the service was changed by hand',
    title: 'El archivo de unidad del servicio se modificó a mano',
    remedy: 'Pasa tus cambios a un drop-in (`systemctl edit`), o repite la orden con --force para reemplazar el archivo.',
  },
  'service.not_permitted': {
    english: 'Only an administrator may do this with a service of the machine',
    title: 'Solo un administrador puede hacer esto con un servicio de la máquina',
    remedy: 'Repite la orden con sudo, o quita --system para un servicio de tu propio usuario.',
  },
  'service.unreadable': {
    english: 'A service of the machine cannot run a program in a home folder',
    title: 'Un servicio de la máquina no puede ejecutar un programa de una carpeta personal',
    remedy: 'Instala el paquete, o descomprime el programa bajo /opt.',
  },
  'service.not_installed': {
    english: 'The service is not installed',
    title: 'El servicio no está instalado',
    remedy: 'Instálalo con `streams service install`.',
  },
  'service.failed': {
    english: 'systemd did not do what was asked',
    title: 'systemd no hizo lo que se le pidió',
    remedy: 'Lee lo que dice, y el diario del servicio.',
  },
  'host.not_running': {
    english: 'No host is running on this data folder',
    title: 'No hay ningún servidor en marcha con esta carpeta de datos',
    remedy: 'Inicia uno con `streams host`.',
  },
  'host.already_running': {
    english: 'A host is already running on this data folder',
    title: 'Ya hay un servidor en marcha con esta carpeta de datos',
    remedy: 'Usa ese, detenlo o elige otra carpeta con --data.',
  },
  'host.crashes_often': {
    english: 'The host or the studio ended unexpectedly three times in ten minutes',
    title: 'El servidor o el estudio terminó inesperadamente tres veces en diez minutos',
    remedy:
      'Inicia el modo seguro en la página del estudio, o el servidor con `--safe-mode`. `crashes.log`, en la carpeta de datos, dice cómo terminó.',
  },
  'host.local_only': {
    english: 'The host listens on this machine alone',
    title: 'El servidor solo escucha en esta máquina',
    remedy: 'Pon la opción `bind` a 0.0.0.0, o `publicUrl`, y vuelve a iniciar el servidor.',
  },
  'host.unreachable': {
    english: 'The host does not answer',
    title: 'El servidor no responde',
    remedy: 'Comprueba la URL y que el servidor esté en marcha.',
  },
  'access.address_invalid': {
    english: 'A line of the IP address rules is not an IP address or network',
    title: 'Una línea de las reglas de direcciones IP no es una dirección IP ni una red',
    remedy: 'Escribe una dirección IP (203.0.113.7) o una red (10.0.0.0/8).',
  },
  'access.address_refused': {
    english: 'This IP address is not allowed',
    title: 'Esta dirección IP no está permitida',
    remedy: 'Consulta con el operador de este servidor.',
  },
  'access.key_invalid': {
    english: 'The public key cannot be read',
    title: 'No se puede leer la clave pública',
    remedy: 'Pega una clave pública RSA, EC P-256 o Ed25519 en PEM (BEGIN PUBLIC KEY).',
  },
  'access.key_not_found': {
    english: 'There is no playback key of that id',
    title: 'No hay ninguna clave de reproducción con ese identificador',
    remedy: 'Consulta la lista de claves de reproducción.',
  },
  'play.token_required': {
    english: 'This stream needs a signed URL',
    title: 'Esta transmisión necesita una URL firmada',
    remedy: 'Abre la URL que te dieron o pide una nueva.',
  },
  'play.token_invalid': {
    english: 'The signature of this URL is invalid',
    title: 'La firma de esta URL no es válida',
    remedy: 'Pide una URL nueva.',
  },
  'play.token_expired': {
    english: 'This URL has expired',
    title: 'Esta URL ha caducado',
    remedy: 'Pide una URL nueva.',
  },
  'play.token_other_stream': {
    english: 'This URL was signed for another stream',
    title: 'Esta URL se firmó para otra transmisión',
    remedy: 'Pide una URL nueva.',
  },
  'play.token_other_address': {
    english: 'This URL was signed for another viewer',
    title: 'Esta URL se firmó para otro espectador',
    remedy: 'Ábrela en la red para la que se creó o pide una nueva.',
  },
  'play.not_live': {
    english: 'The stream is not live',
    title: 'La transmisión no está en directo',
    remedy: 'Inténtalo de nuevo cuando haya empezado.',
  },
  'play.viewers_full': {
    english: 'The stream has the maximum number of viewers that its key allows',
    title: 'La transmisión tiene tantos espectadores como permite su clave',
    remedy: 'Inténtalo de nuevo cuando alguien salga, o aumenta el límite de la clave.',
  },
  'play.too_many_listeners': {
    english: 'Too many pages listen for stream events',
    title: 'Demasiadas páginas siguen lo que ocurre con las transmisiones',
    remedy: 'Consulta about.json de vez en cuando en su lugar.',
  },
  'play.too_many_beacons': {
    english: 'Players send too many reports',
    title: 'Los reproductores envían más informes de los que se admiten',
    remedy: 'Envía el próximo informe más tarde.',
  },
  'hook.not_found': {
    english: 'There is no hook of that id',
    title: 'No hay ningún webhook con ese identificador',
    remedy: 'Consulta la lista de webhooks.',
  },
  'hook.refused': {
    english: 'A hook denied this',
    title: 'Un webhook lo ha denegado',
    remedy: 'Consulta con el operador: la respuesta del webhook dice por qué.',
  },
  'hook.unanswered': {
    english: 'A hook that decides did not answer in time',
    title: 'Un webhook que decide no respondió a tiempo',
    remedy: 'Consulta con el operador: el webhook está configurado para denegar si no responde.',
  },
  'alert.not_found': {
    english: 'There is no alert rule or channel of that id',
    title: 'No hay ninguna regla ni canal de alertas con ese identificador',
    remedy: 'Consulta las listas de alertas.',
  },
  'alert.channel_failed': {
    english: 'The alert could not be delivered',
    title: 'No se pudo entregar la alerta',
    remedy: 'Comprueba los ajustes del canal.',
  },
  'source.not_found': {
    english: 'There is no source of that id',
    title: 'No hay ninguna fuente con ese identificador',
    remedy: 'Consulta la lista de fuentes.',
  },
  'source.address_invalid': {
    english: 'This is not a URL of a source',
    title: 'Esto no es una URL de una fuente',
    remedy: 'Indica rtmp://, rtsp://, srt://, http(s):// o la ruta completa de un archivo en el servidor.',
  },
  'source.failed': {
    english: 'The source cannot be read',
    title: 'No se puede leer la fuente',
    remedy: 'Comprueba que la URL se reproduce en otro reproductor.',
  },
  'source.silent': {
    english: 'The source sends nothing',
    title: 'La fuente no envía nada',
    remedy: 'Comprueba que alguien emite ahí.',
  },
  'source.ended': {
    english: 'The source ended',
    title: 'La fuente ha terminado',
    remedy: 'Se reintenta automáticamente.',
  },
  'source.engine_missing': {
    english: 'Sources need the media engine, which does not load',
    title: 'Las fuentes necesitan el motor multimedia, que no se carga',
    remedy: 'Instala de nuevo sin omitir los paquetes opcionales.',
  },
  'stream.not_found': {
    english: 'There is no stream of that name or id',
    title: 'No hay ninguna transmisión con ese nombre o identificador',
    remedy: 'Consulta la lista de transmisiones.',
  },
  'stream.not_live': {
    english: 'The stream is not live',
    title: 'La transmisión no está en directo',
    remedy: 'Empieza a emitir primero.',
  },
  'stream.name_invalid': {
    english: 'A stream name has 1 to 64 of a-z, 0-9, - and _, and starts with a letter or digit',
    title: 'El nombre de una transmisión tiene de 1 a 64 caracteres de a-z, 0-9, - y _, y empieza por letra o dígito',
    remedy: 'Elige otro nombre.',
  },
  'key.not_found': {
    english: 'There is no stream key of that id',
    title: 'No hay ninguna clave de transmisión con ese identificador',
    remedy: 'Consulta la lista de claves.',
  },
  'publish.key_unknown': {
    english: 'The stream key is not known',
    title: 'La clave de transmisión no existe',
    remedy: 'Copia la clave otra vez o crea una nueva.',
  },
  'publish.key_disabled': {
    english: 'The stream key is disabled',
    title: 'La clave de transmisión está desactivada',
    remedy: 'Actívala en la página Claves.',
  },
  'publish.key_revoked': {
    english: 'The stream key was revoked',
    title: 'La clave de transmisión se revocó',
    remedy: 'Crea una clave nueva.',
  },
  'publish.busy': {
    english: 'Another publisher is live on this key',
    title: 'Ya hay otra emisión en directo con esta clave',
    remedy: 'Detenla, o permite que la clave tome el relevo.',
  },
  'publish.taken_over': {
    english: 'A newer publisher took over',
    title: 'Una emisión más reciente ha tomado el relevo',
    remedy: 'Solo un codificador a la vez puede usar una clave.',
  },
  'publish.kicked': {
    english: 'An operator disconnected this publisher',
    title: 'Un operador desconectó esta emisión',
    remedy: 'Consulta con el operador.',
  },
  'publish.ended': {
    english: 'The stream was ended by an operator',
    title: 'Un operador terminó la transmisión',
    remedy: 'Iníciala de nuevo en la página En directo o espera un momento.',
  },
  'publish.no_standby': {
    english: 'No other publisher is ready',
    title: 'No hay ninguna otra emisión preparada',
    remedy: 'Emite un respaldo: la misma URL con `?backup=1`, o una clave con la función de respaldo.',
  },
  'publish.over_limit': {
    english: "The publisher sends more than the key's limits allow",
    title: 'La emisión envía más de lo que permiten los límites de la clave',
    remedy: 'Reduce en el codificador lo que se indica, o aumenta el límite de la clave.',
  },
  'publish.codec_unsupported': {
    english: 'The codec is not supported',
    title: 'El códec no es compatible',
    remedy: 'Envía H.264, HEVC, AV1 o VP9 con AAC, Opus, FLAC, AC-3 o MP3.',
  },
  'slate.not_found': {
    english: 'There is no slate of that id',
    title: 'No hay ninguna pantalla de espera con ese identificador',
    remedy: 'Consulta la lista de pantallas de espera.',
  },
  'slate.unreadable': {
    english: 'This file cannot be used as a slate',
    title: 'Este archivo no se puede usar como pantalla de espera',
    remedy: 'Envía una imagen PNG o JPEG, o un vídeo corto MP4 o WebM.',
  },
  'slate.unsupported': {
    english: "There is no slate in this stream's codec",
    title: 'No hay pantalla de espera en el códec de esta transmisión',
    remedy: 'Emite en H.264, HEVC o AV1; si no, los espectadores esperan sin pantalla.',
  },
  'slate.unavailable': {
    english: 'The slate could not be encoded',
    title: 'No se pudo codificar la pantalla de espera',
    remedy: 'Ejecuta `streams doctor`.',
  },
  'ingest.handshake': {
    english: 'The RTMP handshake is malformed',
    title: 'El saludo RTMP está mal formado',
    remedy: 'Dirige un codificador RTMP a este puerto.',
  },
  'ingest.protocol': {
    english: 'The RTMP bytes break the protocol',
    title: 'Los bytes RTMP no cumplen el protocolo',
    remedy: 'Actualiza el codificador.',
  },
  'ingest.amf': {
    english: 'An AMF value is malformed or too deep',
    title: 'Un valor AMF está mal formado o es demasiado profundo',
    remedy: 'Actualiza el codificador.',
  },
  'ingest.message_too_large': {
    english: 'A message is larger than the limit',
    title: 'Un mensaje supera el límite',
    remedy: 'Aumenta `limits.messageBytes` o reduce la tasa de bits.',
  },
  'ingest.media': {
    english: 'The media headers are malformed',
    title: 'Las cabeceras del contenido están mal formadas',
    remedy: 'Actualiza el codificador.',
  },
  'ingest.srt': {
    english: 'The SRT handshake cannot be served',
    title: 'No se puede atender el saludo SRT',
    remedy: 'Llama en modo live con SRT 1.3 o posterior.',
  },
  'ingest.srt_passphrase': {
    english: 'The SRT passphrase is wrong',
    title: 'La contraseña SRT no coincide',
    remedy: 'Da al codificador la contraseña de la opción `srtPassphrase`, o ninguna si está vacía.',
  },
  'ingest.timeout': {
    english: 'Nothing arrived in time',
    title: 'No llegó nada a tiempo',
    remedy: 'Comprueba la red entre el codificador y el servidor.',
  },
  'ingest.too_many_connections': {
    english: 'Too many connections from this IP address',
    title: 'Demasiadas conexiones desde esta dirección IP',
    remedy: 'Cierra algunas o aumenta `limits.connectionsPerAddress`.',
  },
  'destination.not_found': {
    english: 'The stream has no destination of that id',
    title: 'La transmisión no tiene ningún destino con ese identificador',
    remedy: 'Consulta la lista de sus destinos.',
  },
  'destination.address_invalid': {
    english: 'The URL of the destination is not usable',
    title: 'La URL del destino no se puede usar',
    remedy: 'Indica una URL como rtmps://HOST/APP, srt://HOST:PORT o https://HOST/PATH (WHIP), y la clave en su propio campo.',
  },
  'destination.limit': {
    english: 'The stream has too many destinations',
    title: 'La transmisión tiene demasiados destinos',
    remedy: 'Elimina algunos que no se usen.',
  },
  'destination.unresolved': {
    english: "The destination's host name is not known",
    title: 'No se conoce el nombre del servidor del destino',
    remedy: 'Comprueba cómo está escrita la URL y el servidor de nombres de este equipo.',
  },
  'destination.unreachable': {
    english: 'The destination cannot be reached',
    title: 'No se puede alcanzar el destino',
    remedy: 'Comprueba la URL, el puerto y el cortafuegos; el próximo intento es automático.',
  },
  'destination.tls': {
    english: 'The TLS connection to the destination failed',
    title: 'No se pudo establecer una conexión segura con el destino',
    remedy:
      'Comprueba que el servidor admite TLS y que su certificado es válido para este nombre; para un servidor propio se puede aceptar su huella.',
  },
  'destination.silent': {
    english: 'The destination accepts the connection and does not answer',
    title: 'El destino acepta la conexión y no responde',
    remedy: 'Comprueba que el puerto es el de ingesta; el próximo intento es automático.',
  },
  'destination.protocol': {
    english: 'The destination does not follow its protocol',
    title: 'El destino no sigue su protocolo',
    remedy: 'Comprueba que la URL es la de un servidor de ingesta de este tipo.',
  },
  'destination.passphrase': {
    english: 'The passphrase of the destination is wrong',
    title: 'La contraseña del destino es incorrecta',
    remedy: 'Indica la contraseña que tiene el receptor SRT; déjala vacía si no tiene ninguna.',
  },
  'destination.refused': {
    english: 'The destination rejects this stream',
    title: 'El destino rechaza esta transmisión',
    remedy: 'Copia otra vez la clave de transmisión y comprueba en su página que espera una transmisión.',
  },
  'destination.closed': {
    english: 'The destination closed the connection',
    title: 'El destino cerró la conexión',
    remedy: 'El próximo intento es automático; si continúa, consulta su página.',
  },
  'destination.stalled': {
    english: 'The destination takes no more data',
    title: 'El destino ya no recibe datos',
    remedy: 'Comprueba la velocidad de subida de este equipo o envía una calidad menor; el próximo intento es automático.',
  },
  'destination.codec_refused': {
    english: 'The destination does not take the codec of this stream',
    title: 'El destino no admite el códec de esta transmisión',
    remedy: 'Emite en H.264 con AAC, o elige una calidad en un códec que admita.',
  },
  'destination.rendition_missing': {
    english: 'The stream does not have the track that this destination is to get',
    title: 'La transmisión no tiene la pista que debe recibir este destino',
    remedy: 'Elige el original u otra calidad; el próximo intento es automático.',
  },
  'dvr.paused': {
    english: 'Rewind windows do not grow: the disk is full or does not accept writes',
    title: 'Las ventanas de rebobinado no crecen: el disco está lleno o no admite escrituras',
    remedy: 'Libera espacio o comprueba el disco. Las ventanas vuelven a crecer automáticamente.',
  },
  'recording.not_found': {
    english: 'There is no recording of that id',
    title: 'No hay ninguna grabación con ese identificador',
    remedy: 'Consulta la lista de grabaciones.',
  },
  'recording.running': {
    english: 'The recording is still running',
    title: 'La grabación sigue en marcha',
    remedy: 'Detenla primero.',
  },
  'recording.off': {
    english: 'The stream is not being recorded',
    title: 'La transmisión no se está grabando',
    remedy: 'Inicia primero una grabación.',
  },
  'recording.file_missing': {
    english: 'The file of this recording is gone',
    title: 'El archivo de esta grabación ya no está',
    remedy: 'Devuélvelo a la carpeta `recordings` de la carpeta de datos, o elimina la grabación.',
  },
  'recording.codec_unsupported': {
    english: 'The container does not take a codec of this stream',
    title: 'El contenedor no admite un códec de esta transmisión',
    remedy: 'Graba en MP4 o MKV, o deja fuera la pista.',
  },
  'recording.disk_full': {
    english: 'Recording waits: the disk has too little free space',
    title: 'La grabación espera: queda poco espacio libre en el disco',
    remedy: 'Elimina grabaciones, libera espacio o reduce el espacio que se mantiene libre. La grabación continúa automáticamente.',
  },
  'recording.disk_slow': {
    english: 'Recording was interrupted: the disk is too slow',
    title: 'La grabación se interrumpió: el disco es demasiado lento',
    remedy: 'Usa un disco más rápido o una tasa de bits menor. La grabación continúa automáticamente.',
  },
  'recording.disk_failed': {
    english: 'Recording was interrupted: the disk did not accept writes',
    title: 'La grabación se interrumpió: el disco no admitió escrituras',
    remedy: 'Comprueba el disco y los permisos de la carpeta `recordings`. La grabación continúa automáticamente.',
  },
  'recording.template_invalid': {
    english: 'The file name template names a field that does not exist',
    title: 'La plantilla del nombre de archivo usa un campo que no existe',
    remedy: 'Usa {stream}, {title}, {date}, {time} y {number}.',
  },
  'clip.not_found': {
    english: 'There is no clip of that id',
    title: 'No hay ningún clip con ese identificador',
    remedy: 'Consulta la lista de clips.',
  },
  'clip.range_invalid': {
    english: 'Invalid clip range',
    title: 'El intervalo del clip no es válido',
    remedy: 'Indica `from` y `to` (ms en la línea de tiempo de la transmisión, o ISO 8601), el final después del inicio, o `lastSeconds`.',
  },
  'clip.out_of_window': {
    english: 'The range is not in the rewind window of the stream',
    title: 'La transmisión ya no tiene ese intervalo, o aún no',
    remedy:
      'Crea el clip con lo que contiene la ventana (`GET /live/streams/:id/clip-window`), o da a la transmisión una ventana de rebobinado más larga.',
  },
  'clip.too_long': {
    english: 'The clip is too long',
    title: 'El clip es demasiado largo',
    remedy: 'Crea clips de una hora como máximo, o graba la transmisión.',
  },
  'clip.discontinuity': {
    english: 'The publisher was away or changed its settings within the range',
    title: 'El intervalo incluye un momento en el que la emisión se interrumpió o cambió sus ajustes',
    remedy: 'Crea el clip con lo que hay antes de ese momento o después de él.',
  },
  'clip.rendition_missing': {
    english: 'The stream has no such rendition',
    title: 'La transmisión no tiene esa calidad',
    remedy: 'Omite `rendition` para usar el vídeo tal como se emitió.',
  },
  'clip.busy': {
    english: 'Too many clips are being created',
    title: 'Se están creando demasiados clips',
    remedy: 'Espera a que termine uno.',
  },
  'clip.no_room': {
    english: 'There is no space for more clips',
    title: 'No hay espacio para más clips',
    remedy: 'Elimina clips, libera espacio en el disco o aumenta `--clips-mb`.',
  },
  'clip.not_ready': {
    english: 'The clip has no file yet',
    title: 'El clip aún no tiene archivo',
    remedy: 'Espera a que esté listo, o mira por qué falló.',
  },
  'clip.failed': {
    english: 'The clip could not be created',
    title: 'No se pudo crear el clip',
    remedy: 'Inténtalo de nuevo; `streams doctor` dice si el motor multimedia funciona.',
  },
  'clip.interrupted': {
    english: 'The host ended while the clip was being created',
    title: 'El servidor se cerró mientras se creaba el clip',
    remedy: 'Créalo de nuevo mientras la ventana aún lo contenga.',
  },
  'rendition.preset_not_found': {
    english: 'There is no such preset',
    title: 'No existe ese preajuste',
    remedy: 'Consulta `GET /api/v1/live/presets`.',
  },
  'demo.unavailable': {
    english: 'The test stream needs the media engine, which is missing',
    title: 'La transmisión de prueba necesita el motor multimedia, que falta',
    remedy: 'Ejecuta `streams doctor`.',
  },
  'webrtc.sdp_invalid': {
    english: 'The SDP is not an offer that can be answered',
    title: 'El SDP no es una oferta que se pueda responder',
    remedy: 'Envía el texto de una oferta de RTCPeerConnection como `application/sdp`.',
  },
  'webrtc.no_codec': {
    english: 'No codec of the offer can be used here',
    title: 'Aquí no se puede usar ningún códec de la oferta',
    remedy: 'Ofrece H.264 (o VP9 o AV1) y Opus; no se admite VP8.',
  },
  'webrtc.session_unknown': {
    english: 'There is no WebRTC session at this URL',
    title: 'No hay ninguna sesión WebRTC en esta URL',
    remedy: 'Ha terminado: envía una oferta nueva.',
  },
  'webrtc.no_restart': {
    english: 'This WebRTC engine cannot restart ICE',
    title: 'Este motor WebRTC no puede reiniciar ICE',
    remedy: 'Envía una oferta nueva; los espectadores y emisores de nuestras páginas lo hacen solos.',
  },
  'webrtc.too_many_offers': {
    english: 'Too many WebRTC offers from this IP address',
    title: 'Demasiadas ofertas WebRTC desde esta dirección IP',
    remedy: 'Espera unos segundos e inténtalo de nuevo.',
  },
  'webrtc.engine_down': {
    english: 'The WebRTC engine is starting again',
    title: 'El motor WebRTC se está reiniciando',
    remedy: 'Inténtalo de nuevo en dos segundos.',
  },
  'webrtc.engine_missing': {
    english: 'The chosen WebRTC engine is not installed',
    title: 'No está el motor WebRTC que se pidió',
    remedy: 'Compila su proceso con `npm run build:mediasoup`, o deja la elección del motor en `auto`.',
  },
  'webrtc.off': {
    english: 'WebRTC is switched off on this host',
    title: 'WebRTC está desactivado en este servidor',
    remedy: 'Inicia el servidor con un `webrtcPort` distinto de `off`.',
  },
  'studio.engine_missing': {
    english: 'A native part of the studio is missing',
    title: 'Falta una parte nativa del estudio',
    remedy: 'Instala los paquetes indicados y ejecuta después `npm run build`.',
  },
  'studio.preparing': {
    english: 'The studio is being prepared: its native parts are being built',
    title: 'El estudio se está preparando: se compilan sus partes nativas',
    remedy: 'Espera un momento: se inicia por sí mismo. `GET /studio` dice cuánto falta.',
  },
  'studio.no_collection': {
    english: 'No collection is open in the studio',
    title: 'No hay ninguna colección abierta en el estudio',
    remedy:
      'Abre una: `streams studio open NAME` (`streams studio list` las muestra), `POST /studio/collections/NAME/open` o `streams studio run --collection FILE`.',
  },
  'studio.collection_invalid': {
    english: 'The document is not a collection',
    title: 'El documento no es una colección',
    remedy: 'Corrige los lugares indicados; lo que estaba abierto no ha cambiado.',
  },
  'studio.collection_newer': {
    english: 'The collection was written by a newer version of this program',
    title: 'Una versión más reciente de este programa escribió la colección',
    remedy: 'Actualiza el programa, o exporta allí la colección para una versión anterior.',
  },
  'studio.collection_not_found': {
    english: 'There is no collection of that name',
    title: 'No hay ninguna colección con ese nombre',
    remedy: 'Consulta `GET /studio/collections` o `streams studio list`.',
  },
  'studio.preset_exists': {
    english: 'This kind of filter has a preset of that name already',
    title: 'Este tipo de filtro ya tiene unos ajustes con ese nombre',
    remedy: 'Elige otro nombre, o elimina antes esos ajustes.',
  },
  'studio.collection_exists': {
    english: 'There is a collection of that name already',
    title: 'Ya hay una colección con ese nombre',
    remedy: 'Elige otro nombre.',
  },
  'studio.collection_unreadable': {
    english: 'The file of the collection cannot be read or written',
    title: 'No se puede leer o escribir el archivo de la colección',
    remedy: 'Comprueba que existe, su propietario y permisos, y el espacio libre en el disco.',
  },
  'studio.collection_changed': {
    english: 'Another program changed the file of the collection',
    title: 'Otro programa ha cambiado el archivo de la colección',
    remedy: 'Elige qué conservar: `POST /studio/collection/resolve` con `keep` igual a `mine` o `disk`.',
  },
  'studio.version_not_found': {
    english: 'There is no such version of the collection',
    title: 'No existe esa versión de la colección',
    remedy: 'Consulta su lista de versiones.',
  },
  'studio.not_found': {
    english: 'The collection has no such item',
    title: 'La colección no tiene ese elemento',
    remedy: 'Consulta `GET /studio/collection`.',
  },
  'studio.edit_refused': {
    english: 'The edit would leave an invalid collection',
    title: 'El cambio dejaría una colección no válida',
    remedy: 'Cambia primero lo que se indica.',
  },
  'studio.secret_hidden': {
    english: 'A secret was sent as it is shown: hidden',
    title: 'Se envió un secreto tal como se muestra: oculto',
    remedy: 'Envía el propio secreto u omite la propiedad.',
  },
  'studio.guest_not_found': {
    english: 'There is no such guest',
    title: 'No existe ese invitado',
    remedy: 'Consulta `GET /studio/guests`.',
  },
  'studio.guest_not_connected': {
    english: 'The guest is not connected',
    title: 'El invitado no está conectado',
    remedy: 'Espera a que abra su enlace y entre.',
  },
  'studio.guest_unknown': {
    english: 'This invitation is not valid',
    title: 'Esto no es una invitación',
    remedy: 'Abre el enlace completo que te enviaron, con todo lo que va detrás de #.',
  },
  'studio.guest_revoked': {
    english: 'The invitation was revoked',
    title: 'La invitación se ha retirado',
    remedy: 'Pide un enlace nuevo a quien te lo envió.',
  },
  'studio.guest_expired': {
    english: 'The invitation has expired',
    title: 'La invitación ha caducado',
    remedy: 'Pide un enlace nuevo a quien te lo envió.',
  },
  'studio.guest_elsewhere': {
    english: 'The link was opened in another window',
    title: 'El enlace se ha abierto en otra ventana',
    remedy: 'Sigue allí o vuelve a entrar aquí.',
  },
  'studio.too_many_guests': {
    english: 'There are too many guests',
    title: 'Hay demasiados invitados',
    remedy: 'Retira una invitación o espera a que salga un invitado.',
  },
  'studio.nothing_to_undo': {
    english: 'There is nothing to undo',
    title: 'No hay nada que deshacer',
    remedy: 'Consulta `GET /studio/history`.',
  },
  'studio.nothing_to_redo': {
    english: 'There is nothing to redo',
    title: 'No hay nada que rehacer',
    remedy: 'Consulta `GET /studio/history`.',
  },
  'studio.on_air': {
    english: 'Outputs are live',
    title: 'Hay salidas en directo',
    remedy: 'Detenlas primero o envía `force` (`--force`).',
  },
  'studio.mode_off': {
    english: 'There is no preview: studio mode is off',
    title: 'No hay vista previa: el modo estudio está desactivado',
    remedy: 'Actívalo: `PATCH /studio/program` con `studioMode`, o `streams studio preview SCENE`.',
  },
  'studio.channel_token': {
    english: 'There is no access token that the service takes',
    title: 'No hay ningún token de acceso que el servicio acepte',
    remedy: 'Inicia sesión en el servicio en «Título y categoría» de la salida, o introduce un token de acceso de tu cuenta.',
  },
  'studio.channel_application': {
    english: 'There is no application that the service takes',
    title: 'No hay ninguna aplicación que el servicio acepte',
    remedy: 'Introduce el ID de cliente de una aplicación que hayas registrado en el servicio: docs/studio-outputs.md dice cómo obtenerlo.',
  },
  'studio.channel_failed': {
    english: 'The service could not make the change',
    title: 'El servicio no lo hizo',
    remedy: 'Lee lo que respondió e inténtalo de nuevo, o cámbialo en la página del servicio.',
  },
  'studio.channel_unreachable': {
    english: 'The service does not answer',
    title: 'El servicio no responde',
    remedy: 'Comprueba la conexión a internet del servidor y su cortafuegos, e inténtalo de nuevo.',
  },
  'studio.upload_not_measured': {
    english: 'The upload could not be measured',
    title: 'No se pudo medir la subida',
    remedy: 'Comprueba la URL y el token: ambos son de otro host de AMI Streams, cuya versión es esta o una más nueva.',
  },
  'studio.busy': {
    english: 'The studio does too much at once',
    title: 'El estudio hace demasiado a la vez',
    remedy: 'Espera a que termine algo.',
  },
  'studio.import_invalid': {
    english: 'The file is not a scene collection of OBS Studio',
    title: 'El archivo no es una colección de escenas de OBS Studio',
    remedy: 'Expórtala allí: Colección de escenas, Exportar; o toma el archivo de su carpeta `basic/scenes`.',
  },
  'studio.not_running': {
    english: 'The studio does not run',
    title: 'El estudio no está en marcha',
    remedy: 'Abre una colección o espera un momento: un estudio que se pierde vuelve en dos segundos.',
  },
  'studio.command_unknown': {
    english: 'The source does not take that command',
    title: 'La fuente no admite esa orden',
    remedy: 'Consulta las órdenes de su tipo en GET /api/v1/studio/source-kinds.',
  },
  'studio.seek_invalid': {
    english: 'The seek position is not a number of milliseconds',
    title: 'La posición no es un número de milisegundos',
    remedy: 'Envía `{ "ms": 12000 }`: la posición en lo que se reproduce, desde 0.',
  },
  'studio.output_not_found': {
    english: 'The collection has no output of that id',
    title: 'La colección no tiene ninguna salida con ese identificador',
    remedy: 'Consulta la lista con GET /api/v1/studio/outputs.',
  },
  'studio.output_invalid': {
    english: 'The settings of the output are not valid',
    title: 'La salida no puede funcionar con estos ajustes',
    remedy: 'Corrige el campo indicado; GET /api/v1/studio/output-kinds dice lo que admite cada tipo.',
  },
  'studio.output_off': {
    english: 'The output does not run',
    title: 'La salida no está en marcha',
    remedy: 'Iníciala primero.',
  },
  'studio.output_left_off': {
    english: 'The output ran when the host ended and was not restarted',
    title: 'La salida estaba en marcha cuando se cerró el servidor y no se ha reiniciado sola',
    remedy: 'Iníciala si debe continuar.',
  },
  'studio.output_command_unknown': {
    english: 'The output does not take that command',
    title: 'La salida no admite esa orden',
    remedy: 'Consulta las órdenes de su tipo en GET /api/v1/studio/output-kinds.',
  },
  'studio.output_encoder': {
    english: 'The encoder for the output does not run',
    title: 'El codificador de la salida no funciona',
    remedy: 'Elige otro codificador o preajuste para la salida; GET /api/v1/live/encoders muestra los de este equipo.',
  },
  'studio.folder_unusable': {
    english: 'Files cannot be written to the folder',
    title: 'No se pueden escribir archivos en la carpeta',
    remedy: 'Elige una carpeta que exista o se pueda crear, y en la que pueda escribir el usuario del servidor.',
  },
  'studio.replay_empty': {
    english: 'The replay buffer is still empty',
    title: 'El búfer de repetición aún está vacío',
    remedy: 'Espera a que el estudio envíe sus primeros fotogramas.',
  },
  'studio.replay_busy': {
    english: 'A replay is being saved already',
    title: 'Ya se está guardando una repetición',
    remedy: 'Espera a que se guarde.',
  },
  'studio.virtual_camera_missing': {
    english: 'This system has no virtual camera that the studio can feed',
    title: 'Este sistema no tiene una cámara virtual que el estudio pueda usar',
    remedy:
      'Linux: inicia PipeWire para el usuario del servidor (systemctl --user start pipewire wireplumber), o instala v4l2loopback-dkms y carga el módulo (modprobe v4l2loopback exclusive_caps=1).',
  },
  'studio.file_not_found': {
    english: 'There is no file of that id',
    title: 'No hay ningún archivo con ese identificador',
    remedy: 'Consulta la lista con GET /api/v1/studio/files.',
  },
  'studio.file_missing': {
    english: 'The file is no longer where it was written',
    title: 'El archivo ya no está donde se escribió',
    remedy: 'Devuélvelo a su lugar o quítalo de la lista.',
  },
  'studio.remux_failed': {
    english: 'The file could not be remuxed',
    title: 'No se pudo cambiar el contenedor del archivo',
    remedy: 'Comprueba el espacio libre de su disco y, con `streams doctor`, si funciona el motor multimedia, y vuelve a intentarlo.',
  },
  'studio.file_running': {
    english: 'The file is still being written',
    title: 'El archivo aún se está escribiendo',
    remedy: 'Detén primero su salida.',
  },
  'studio.overlay_not_found': {
    english: 'There is no such overlay, or its token is invalid',
    title: 'No existe esa superposición, o su token no es válido',
    remedy: 'Consulta GET /api/v1/studio/overlays y copia de nuevo su URL: puede que se haya renovado.',
  },
  'studio.overlay_busy': {
    english: 'The overlay takes no more for now',
    title: 'La superposición no admite más por ahora',
    remedy: 'Envía con menos frecuencia y espera a que se muestren los avisos.',
  },
  'studio.too_many_overlays': {
    english: 'There are too many overlays',
    title: 'Hay demasiadas superposiciones',
    remedy: 'Elimina las que ya no se usan.',
  },
  'studio.overlay_file_invalid': {
    english: 'The file has no overlays that can be added',
    title: 'El archivo no tiene superposiciones que se puedan añadir',
    remedy: 'Elige un archivo exportado de las superposiciones de un servidor de esta versión o de una anterior.',
  },
  'studio.capture_unavailable': {
    english: 'Displays and windows of this machine cannot be listed',
    title: 'No se pueden enumerar las pantallas y ventanas de este equipo',
    remedy: 'Ejecuta el servidor dentro de una sesión de escritorio, o dale DISPLAY y XAUTHORITY de una.',
  },
  'studio.devices_unavailable': {
    english: 'Cameras and audio devices of this machine cannot be listed',
    title: 'No se pueden enumerar las cámaras y los dispositivos de audio de este equipo',
    remedy: 'Inicia PipeWire para el usuario del servidor: `systemctl --user start pipewire wireplumber`.',
  },
  'studio.upload_not_found': {
    english: 'There is no such upload or uploaded file',
    title: 'No existe esa subida ni ese archivo subido',
    remedy: 'Consulta la lista con GET /api/v1/studio/uploaded-files.',
  },
  'studio.upload_too_large': {
    english: 'The file is too large to be uploaded',
    title: 'El archivo es demasiado grande para subirlo',
    remedy: 'Elige uno más pequeño, aumenta la opción `uploads.maxMegabytes` o cópialo al equipo del servidor.',
  },
  'studio.upload_quota': {
    english: 'The uploaded files take all their space',
    title: 'Los archivos subidos ocupan todo su espacio',
    remedy: 'Elimina algunos o aumenta la opción `uploads.quotaMegabytes`.',
  },
  'studio.upload_disk_full': {
    english: 'The disk of the host has no space for the file',
    title: 'El disco del servidor no tiene espacio para el archivo',
    remedy: 'Libera espacio o elige un archivo más pequeño.',
  },
  'studio.upload_type': {
    english: 'The file is of no type that the studio can use',
    title: 'El archivo no es de un tipo que el estudio pueda usar',
    remedy: 'Envía una imagen, un vídeo, un archivo de audio o una fuente (TTF, OTF), o conviértelo antes con FFmpeg.',
  },
  'studio.upload_offset': {
    english: 'This is not the next piece of the file',
    title: 'El fragmento no continúa lo que ya ha llegado',
    remedy: 'Continúa donde indica `received` de GET /api/v1/studio/uploads/ID.',
  },
  'studio.upload_busy': {
    english: 'Too many uploads at once',
    title: 'Demasiadas subidas a la vez',
    remedy: 'Espera a que terminen algunas.',
  },
  'studio.upload_interrupted': {
    english: 'The connection was lost before the piece was complete',
    title: 'Se perdió la conexión antes de completar el fragmento',
    remedy: 'Continúa donde indica `received` de GET /api/v1/studio/uploads/ID.',
  },
  'studio.bundle_invalid': {
    english: 'The file is not a show with its media',
    title: 'El archivo no es un programa con sus medios',
    remedy: 'Elige el archivo TAR que escribió Exportar con medios, tal como está.',
  },
  'studio.upload_in_use': {
    english: 'The uploaded file is used',
    title: 'El archivo subido está en uso',
    remedy: 'Da antes otro archivo a sus fuentes o envía `force`.',
  },
}
