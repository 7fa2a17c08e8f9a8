import type { ErrorText } from '../messages.ts'

/** Errors of nodes and of their origin. */
export const networkErrors = {
  'network.node_not_found': {
    english: 'There is no node of that id',
    title: 'No hay ningún nodo con ese identificador',
    remedy: 'Consulta GET /network/nodes.',
  },
  'network.join_rejected': {
    english: 'The join token is not valid',
    title: 'El token de incorporación no es válido',
    remedy: 'Cada token vale una sola vez y hasta que caduca: crea otro en Red e inicia el nodo con él.',
  },
  'network.node_id_taken': {
    english: 'Another node has this id',
    title: 'Otro nodo tiene este id',
    remedy: 'Da al nodo otro id o revoca el que lo tiene. El token sigue siendo válido.',
  },
  'network.limit': {
    english: 'The maximum number of nodes or join tokens is reached',
    title: 'Ya hay tantos nodos o tokens de incorporación como puede haber',
    remedy: 'Revoca los nodos que no se usan; los tokens de incorporación caducan solos.',
  },
  'network.origin_away': {
    english: 'The origin of this node cannot be reached',
    title: 'No se puede alcanzar el origen de este nodo',
    remedy: 'Inténtalo de nuevo en un momento. Quien opera el nodo encuentra el motivo en su registro.',
  },
  'network.origin_unreachable': {
    english: 'The origin cannot be reached from this machine',
    title: 'No se puede llegar al origen desde esta máquina',
    remedy: 'Comprueba la URL y su puerto, que el host esté en marcha y que ningún cortafuegos lo separe de esta máquina.',
  },
  'network.origin_untrusted': {
    english: 'The certificate of the origin is not from an authority that this machine trusts',
    title: 'El certificado del origen no es de una autoridad en la que confíe esta máquina',
    remedy:
      'Inicia el nodo con el token de incorporación completo: lo que sigue a su punto es la huella de un certificado hecho por el propio host. Si no, indícala con --origin-fingerprint.',
  },
  'network.warm_invalid': {
    english: 'The order to fill caches is not valid',
    title: 'No es válido con qué llenar las cachés',
    remedy: 'Indica URL como /RUTA o https://HOST/RUTA, y nodos que estén conectados.',
  },
  'network.warming_not_found': {
    english: 'There is no such order to fill caches',
    title: 'No hay ninguna orden así para llenar cachés',
    remedy: 'Consulta GET /network/cache/warm; las últimas 20 se guardan hasta que el host se reinicia.',
  },
  'network.loop': {
    english: 'Nodes have each other as their origin',
    title: 'Hay nodos que se tienen unos a otros como origen',
    remedy: 'El operador encuentra los nodos en el registro y en /api/v1/cdn/health del nodo: uno de ellos necesita otro origen.',
  },
  'network.origin_unknown': {
    english: 'The origin has another certificate than the one that the node knows',
    title: 'El origen tiene un certificado distinto del que conoce el nodo',
    remedy: 'Si se cambió su certificado, crea un token de incorporación nuevo en el origen e inicia el nodo con él una vez.',
  },
  'network.origin_insecure': {
    english: 'The origin would be reached without encryption',
    title: 'Se llegaría al origen sin cifrado',
    remedy: 'Indica su URL https://. http:// es solo para un origen en la misma máquina.',
  },
  'network.not_joined': {
    english: 'This node has not joined an origin',
    title: 'Este nodo no se ha incorporado a ningún origen',
    remedy: 'Crea un token de incorporación en Red en el origen e inicia el nodo con `--origin URL --token TOKEN`.',
  },
  'network.rate_limited': {
    english: 'Too many requests',
    title: 'Demasiadas peticiones',
    remedy: 'Espera el tiempo que indica Retry-After. Quien opera el host cambia los límites con PUT /network/limits.',
  },
  'network.address_denied': {
    english: 'Requests from this IP address are denied',
    title: 'Las peticiones de esta dirección IP están denegadas',
    remedy: 'Quien opera el host encuentra las listas y los bloqueos de direcciones IP en Red.',
  },
  'network.challenged': {
    english: 'Proof of work needed',
    title: 'Hace falta una prueba de trabajo',
    remedy:
      'Busca un número para el que el SHA-256 de PUZZLE.NUMBER empiece con tantos bits a cero como dice la segunda parte del puzzle, y envía PUZZLE.NUMBER como Challenge-Pass. Los navegadores lo hacen solos.',
  },
  'network.list_invalid': {
    english: 'The list of IP addresses is not valid',
    title: 'La lista de direcciones IP no es válida',
    remedy: 'Escribe una dirección IP o una red como 192.0.2.0/24 por línea; `#` inicia un comentario.',
  },
  'network.list_full': {
    english: 'The maximum number of networks in the list is reached',
    title: 'La lista ya tiene tantas redes como puede tener',
    remedy: 'Quita las redes que no hagan falta o sustituye varias por una mayor.',
  },
  'network.not_blocked': {
    english: 'No node blocks this IP address',
    title: 'Ningún nodo bloquea esta dirección IP',
    remedy: 'Consulta GET /network/blocks; puede haber caducado. Las listas se cambian con DELETE /network/lists/deny.',
  },
  'network.function_not_found': {
    english: 'There is no function of that name',
    title: 'No hay ninguna función con ese nombre',
    remedy: 'Consulta GET /network/functions.',
  },
  'network.function_no_version': {
    english: 'The function has no such version',
    title: 'Esa versión de la función no existe',
    remedy: 'Se guardan las últimas 20 versiones: consulta GET /network/functions/NOMBRE.',
  },
  'network.function_invalid': {
    english: 'The function cannot be deployed',
    title: 'La función no se puede desplegar',
    remedy: 'Corrige lo que nombra el mensaje: un archivo con línea y columna, una ruta o un servidor.',
  },
  'network.function_failed': {
    english: 'The function at this URL failed',
    title: 'La función de esta URL ha fallado',
    remedy: 'Quien administra el sitio encuentra el motivo en el registro de la función.',
  },
  'network.function_limit': {
    english: 'The function at this URL took more time or memory than it may',
    title: 'La función de esta URL ha usado más tiempo o memoria de lo permitido',
    remedy: 'Quien administra el sitio encuentra el motivo en el registro de la función.',
  },
  'network.function_unavailable': {
    english: 'The function at this URL cannot run now',
    title: 'La función de esta URL no se puede ejecutar ahora',
    remedy: 'Inténtalo de nuevo en un momento. Quien administra el nodo encuentra el motivo en su registro.',
  },
  'network.function_body': {
    english: 'The request is too large for a function',
    title: 'La solicitud es demasiado grande para una función',
    remedy: 'Una función recibe solicitudes de 1 MiB como máximo.',
  },
  'network.request_loop': {
    english: 'The request goes in a circle',
    title: 'La solicitud va en círculo',
    remedy:
      'Un origen o una función de esta URL lleva de nuevo a ella: quien administra el sitio cambia ese origen o lo que la función pide.',
  },
  'network.image_failed': {
    english: 'The original of the image could not be fetched',
    title: 'No se pudo obtener el original de la imagen',
    remedy: 'Vuelve a intentarlo en un momento. El operador del nodo encuentra el motivo en su registro.',
  },
  'network.image_invalid': {
    english: 'The file cannot be resized',
    title: 'No se puede cambiar el tamaño del archivo',
    remedy: 'Los originales son JPEG, PNG, WebP, AVIF o GIF de hasta 32 MiB y 50 megapíxeles. Pídelo sin `w` ni `format`.',
  },
  'network.image_busy': {
    english: 'Too many images are being made',
    title: 'Se están haciendo demasiadas imágenes',
    remedy: 'Vuelve a intentarlo en un momento.',
  },
  'network.not_served': {
    english: 'A node does not answer this',
    title: 'Un nodo no responde a esto',
    remedy: 'Los nodos entregan emisiones y las páginas que las reproducen. Todo lo demás está en el origen.',
  },
} as const satisfies Record<string, ErrorText>
