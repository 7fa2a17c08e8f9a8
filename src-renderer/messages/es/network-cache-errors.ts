import type { ErrorText } from '../messages.ts'

/** Errors of nginx before an edge, and of its cache. */
export const networkCacheErrors = {
  'network.nginx_missing': {
    english: 'nginx is not installed',
    title: 'nginx no está instalado',
    remedy: 'En Debian y Ubuntu: apt-get install nginx-light libnginx-mod-http-js.',
  },
  'network.nginx_unusable': {
    english: 'This nginx cannot be used',
    title: 'Este nginx no se puede usar',
    remedy: 'Instala nginx 1.20 o posterior con TLS, por ejemplo el paquete de Debian.',
  },
  'network.nginx_rejected': {
    english: 'nginx rejected its configuration',
    title: 'nginx rechazó su configuración',
    remedy: 'Corrige la opción que nombra el mensaje; la configuración anterior sigue en uso.',
  },
  'network.nginx_failed': {
    english: 'nginx could not be started',
    title: 'No se pudo iniciar nginx',
    remedy: 'Consulta el motivo en el mensaje y en el registro.',
  },
  'network.cache_folder': {
    english: "The cache's folder cannot be used",
    title: 'No se puede usar la carpeta de la caché',
    remedy: 'Indica una carpeta en la que puedan escribir el usuario del nodo y nginx, en un disco con espacio libre.',
  },
  'network.module_missing': {
    english: 'nginx has no module for this option',
    title: 'nginx no tiene ningún módulo para esta opción',
    remedy: 'Instala el paquete que nombra el mensaje o quita la opción.',
  },
  'network.purge_invalid': {
    english: 'The purge request is not valid',
    title: 'Lo que se quiere purgar no es válido',
    remedy: 'Indica URL, prefijos, patrones o etiquetas en la forma que muestra docs/network.md.',
  },
  'network.busy': {
    english: 'Too much waits for the cache already',
    title: 'Ya hay demasiado en espera de la caché',
    remedy: 'Purga por etiqueta o prefijo en lugar de por muchas URL, o vuelve a intentarlo en un segundo.',
  },
  'network.knot_missing': {
    english: 'Knot DNS is not installed',
    title: 'Knot DNS no está instalado',
    remedy: 'En Debian y Ubuntu: `apt-get install knot knot-module-geoip`.',
  },
  'network.knot_failed': {
    english: 'Knot DNS could not be started',
    title: 'No se pudo iniciar Knot DNS',
    remedy: 'Mira el motivo en el mensaje. El puerto 53 necesita permiso; la dirección IP tiene que ser de esta máquina.',
  },
  'network.dns_invalid': {
    english: 'The settings of DNS are not valid',
    title: 'Los ajustes de DNS no son válidos',
    remedy: 'Corrige lo que nombra el mensaje; lo que se servía antes sigue.',
  },
  'network.bird_missing': {
    english: 'BIRD is not installed',
    title: 'BIRD no está instalado',
    remedy: 'En Debian y Ubuntu: `apt-get install bird2` y `systemctl disable --now bird`: el nodo inicia el suyo.',
  },
  'network.bird_failed': {
    english: 'BIRD could not be started',
    title: 'No se pudo iniciar BIRD',
    remedy: 'Mira el motivo en el mensaje. BGP necesita permiso para el puerto 179, y que no haya otro BIRD en la máquina.',
  },
} as const satisfies Record<string, ErrorText>
