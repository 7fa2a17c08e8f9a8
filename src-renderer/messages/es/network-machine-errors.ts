import type { ErrorText } from '../messages.ts'

/** Errors of nodes that are set up over SSH. */
export const networkMachineErrors = {
  'network.ssh_missing': {
    english: 'The programs of OpenSSH are missing on this host',
    title: 'Faltan los programas de OpenSSH en este host',
    remedy: 'En Debian y Ubuntu: `apt-get install openssh-client`.',
  },
  'network.ssh_unreachable': {
    english: 'The machine does not answer over SSH',
    title: 'El equipo no responde por SSH',
    remedy: 'Comprueba su nombre y su puerto, que su servidor SSH funcione y los cortafuegos intermedios.',
  },
  'network.ssh_rejected': {
    english: 'The machine did not accept the sign-in',
    title: 'El equipo no aceptó el inicio de sesión',
    remedy: 'Comprueba usuario, clave y contraseña, y que su servidor SSH permita entrar así.',
  },
  'network.ssh_key_invalid': {
    english: 'The private key cannot be used',
    title: 'La clave privada no se puede usar',
    remedy: 'Da una clave privada hecha con `ssh-keygen`, con su frase de contraseña si la tiene.',
  },
  'network.ssh_no_agent': {
    english: 'This host has no ssh-agent',
    title: 'Este host no tiene ssh-agent',
    remedy: 'Inicia el host donde `SSH_AUTH_SOCK` esté definida, o da una clave o una contraseña.',
  },
  'network.host_key_changed': {
    english: 'The machine shows another host key than before',
    title: 'El equipo muestra otra clave de host que antes',
    remedy: 'Puede haber alguien en medio. Si se instaló de nuevo, ejecuta `streams network unpin HOST` y compara la clave nueva.',
  },
  'network.host_key_unknown': {
    english: 'The host key is not the one that was accepted',
    title: 'La clave de host no es la que se aceptó',
    remedy: 'Compárala con la que muestra el propio equipo (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`) y acéptala.',
  },
  'network.sudo_rejected': {
    english: 'The user may not become root there',
    title: 'El usuario no puede ser root allí',
    remedy: 'Entra como root, permite sudo a este usuario o da la contraseña correcta para sudo.',
  },
  'network.machine_unsuitable': {
    english: 'The machine cannot be set up as it is',
    title: 'En este equipo, tal como está, no se puede instalar un nodo',
    remedy: 'Cambia lo que nombra el mensaje e inténtalo de nuevo.',
  },
  'network.program_missing': {
    english: 'There is no packed program for this machine',
    title: 'No hay ningún programa empaquetado para este equipo',
    remedy: 'Ejecuta `npm run pack -- --only tar.gz` en las fuentes, en un equipo con el mismo tipo de procesador.',
  },
  'network.machine_busy': {
    english: 'Another job runs',
    title: 'Hay otro trabajo en curso',
    remedy: 'Espera a que termine o cancélalo.',
  },
  'network.step_failed': {
    english: 'A step failed on the machine',
    title: 'Un paso falló en el equipo',
    remedy: 'Mira el registro del trabajo. Lo hecho se ha deshecho; corrige la causa e inténtalo de nuevo.',
  },
  'network.nginx_not_updated': {
    english: 'nginx was not updated',
    title: 'nginx no se actualizó',
    remedy:
      'Ejecuta `apt-get update` o `dnf check-update` en el equipo y corrige lo que diga; `apt-mark showhold` muestra los paquetes que nunca se actualizan. Después inicia la actualización de nuevo.',
  },
  'network.node_not_connected': {
    english: 'The node does not connect to this host',
    title: 'El nodo no se conecta a este host',
    remedy: 'Mira el registro del trabajo. El equipo debe llegar a este host por la URL indicada.',
  },
  'network.host_not_ready': {
    english: 'The host on the machine does not answer',
    title: 'El host del equipo no responde',
    remedy: 'Mira el registro de la tarea y, en el equipo, `journalctl --unit ami-streams-host`.',
  },
  'network.job_not_found': {
    english: 'There is no job of that id',
    title: 'No hay ningún trabajo con ese identificador',
    remedy: 'Consulta `GET /network/machines/jobs`.',
  },
  'network.job_cancelled': {
    english: 'The job was cancelled',
    title: 'El trabajo se canceló',
    remedy: 'Lo que había hecho se deshizo. Inícialo de nuevo cuando quieras.',
  },
  'network.machine_unknown': {
    english: 'This host does not know the machine of the node',
    title: 'Este host no conoce el equipo del nodo',
    remedy: 'Instala el nodo con `streams network add` o actualízalo a mano.',
  },
  'network.group_not_found': {
    english: 'There is no group of that name',
    title: 'No hay ningún grupo con ese nombre',
    remedy: 'Consulta `GET /network/groups`. Un grupo se crea con su primera configuración.',
  },
  'network.group_changed': {
    english: 'The group was changed by somebody else meanwhile',
    title: 'Otra persona ha cambiado el grupo entretanto',
    remedy: 'Ábrelo de nuevo y cambia lo que dice ahora.',
  },
  'network.rollout_not_found': {
    english: 'There is no rollout of that id',
    title: 'No hay ningún despliegue con ese identificador',
    remedy: 'Consulta `GET /network/rollouts`.',
  },
  'network.rollout_running': {
    english: 'Another rollout runs',
    title: 'Hay otro despliegue en curso',
    remedy: 'Espera a que termine o cancélalo.',
  },
  'network.rollout_failed': {
    english: 'A node is not healthy after the change',
    title: 'Un nodo no está bien después del cambio',
    remedy: 'Todos los nodos volvieron atrás. Corrige la causa e inténtalo de nuevo.',
  },
  'network.rollout_cancelled': {
    english: 'The rollout was cancelled',
    title: 'El despliegue se canceló',
    remedy: 'Todos los nodos volvieron atrás. Inícialo de nuevo cuando quieras.',
  },
  'network.configuration_rejected': {
    english: 'A node does not use the configuration',
    title: 'Un nodo no usa la configuración',
    remedy: 'Corrige lo que indica el mensaje. Sigue la configuración anterior.',
  },
  'network.node_too_old': {
    english: 'The program of the node is too old for this',
    title: 'El programa del nodo es demasiado antiguo para esto',
    remedy: 'Actualiza el nodo: `streams network update`.',
  },
  'network.node_away': {
    english: 'The node is away',
    title: 'El nodo está ausente',
    remedy: 'Inténtalo de nuevo cuando esté conectado.',
  },
  'network.provider_not_found': {
    english: 'There is no such provider of machines',
    title: 'No existe ese proveedor de máquinas',
    remedy: 'Consulta `GET /network/providers`.',
  },
  'network.provider_invalid': {
    english: 'The provider or what is ordered there is not valid',
    title: 'El proveedor o lo que se pide no es válido',
    remedy:
      'Los programas son archivos ejecutables en la carpeta `providers` de la carpeta de datos; los tamaños y regiones están en `GET /network/providers/NAME/offers`.',
  },
  'network.provider_in_use': {
    english: 'The provider has machines of this host, or is used for scaling',
    title: 'El proveedor tiene máquinas de este host o lo usa el escalado',
    remedy: 'Destruye sus máquinas, desactiva el escalado y después cambia o elimina el proveedor.',
  },
  'network.provider_rejected': {
    english: 'The provider rejected the request',
    title: 'El proveedor rechazó la solicitud',
    remedy: 'Lo que dijo está en el detalle. Revisa su token, sus límites y su oferta.',
  },
  'network.provider_failed': {
    english: 'The provider of machines did not answer as it should',
    title: 'El proveedor de máquinas no respondió como debía',
    remedy: 'Inténtalo de nuevo en un momento. Las máquinas que se pidieron entretanto se encuentran por su nombre y se destruyen.',
  },
  'network.cloud_machine_not_found': {
    english: 'There is no such machine of a provider',
    title: 'No existe esa máquina de un proveedor',
    remedy: 'Consulta `GET /network/cloud-machines`.',
  },
  'network.cloud_limit': {
    english: 'No more machines may be ordered',
    title: 'No se pueden pedir más máquinas',
    remedy: 'Destruye máquinas o sube `maxMachines` o `maxPerHour` del proveedor.',
  },
  'network.scaling_invalid': {
    english: 'The settings of scaling are not valid',
    title: 'La configuración del escalado no es válida',
    remedy: 'Corrige lo que indica el detalle.',
  },
} as const satisfies Record<string, ErrorText>
