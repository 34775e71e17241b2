/* What the app says, in the languages that the widget has too. */

const TEXTS = {
  en: {
    incoming: "Incoming", accept: "Accept", decline: "Decline",
    app: "Companion", signIn: "Sign in with Kommo", welcome: "Leads, conversations and calls of your account.",
    leads: "Leads", more: "Show more", none: "No leads yet.", newLead: "New lead", name: "Name", price: "Budget",
    contact: "Contact", phone: "Phone", save: "Save", cancel: "Cancel", back: "Back", call: "Log a call",
    direction: "Direction", inbound: "Incoming", outbound: "Outgoing", minutes: "Minutes", outcome: "How it ended",
    note: "Note", conversation: "Conversation", silent: "No messages yet.", you: "We", saved: "Saved.",
    menu: "Account", devices: "Your devices", thisOne: "this one", signOut: "Sign out", revoke: "Sign out there",
    notify: "Notifications", notifyOn: "Switch on", notifyOff: "Switch off", notifyNo: "This browser takes no notifications.",
    search: "Search", offline: "No connection. Trying again …", failed: "That did not work: ", updated: "Something is new.",
    denied: "Access was not given.", absent: "This account has not installed the integration.",
    statuses: ["", "Left a message", "Call back later", "Was not there", "Talked", "Wrong number", "Could not get through", "Busy", "Other"],
  },
  es: {
    incoming: "Entrantes", accept: "Aceptar", decline: "Rechazar",
    app: "Companion", signIn: "Entrar con Kommo", welcome: "Leads, conversaciones y llamadas de tu cuenta.",
    leads: "Leads", more: "Mostrar más", none: "Aún no hay leads.", newLead: "Nuevo lead", name: "Nombre", price: "Presupuesto",
    contact: "Contacto", phone: "Teléfono", save: "Guardar", cancel: "Cancelar", back: "Volver", call: "Registrar llamada",
    direction: "Dirección", inbound: "Entrante", outbound: "Saliente", minutes: "Minutos", outcome: "Cómo terminó",
    note: "Nota", conversation: "Conversación", silent: "Aún no hay mensajes.", you: "Nosotros", saved: "Guardado.",
    menu: "Cuenta", devices: "Tus dispositivos", thisOne: "este", signOut: "Salir", revoke: "Cerrar sesión allí",
    notify: "Notificaciones", notifyOn: "Activar", notifyOff: "Desactivar", notifyNo: "Este navegador no admite notificaciones.",
    search: "Buscar", offline: "Sin conexión. Reintentando …", failed: "No funcionó: ", updated: "Hay novedades.",
    denied: "No se dio acceso.", absent: "Esta cuenta no ha instalado la integración.",
    statuses: ["", "Dejó un mensaje", "Llamar más tarde", "No estaba", "Se habló", "Número equivocado", "Sin conexión", "Ocupado", "Otro"],
  },
  pt: {
    incoming: "Entrada", accept: "Aceitar", decline: "Recusar",
    app: "Companion", signIn: "Entrar com Kommo", welcome: "Leads, conversas e chamadas da sua conta.",
    leads: "Leads", more: "Mostrar mais", none: "Ainda não há leads.", newLead: "Novo lead", name: "Nome", price: "Orçamento",
    contact: "Contato", phone: "Telefone", save: "Salvar", cancel: "Cancelar", back: "Voltar", call: "Registrar chamada",
    direction: "Direção", inbound: "Recebida", outbound: "Realizada", minutes: "Minutos", outcome: "Como terminou",
    note: "Nota", conversation: "Conversa", silent: "Ainda não há mensagens.", you: "Nós", saved: "Salvo.",
    menu: "Conta", devices: "Seus dispositivos", thisOne: "este", signOut: "Sair", revoke: "Encerrar lá",
    notify: "Notificações", notifyOn: "Ativar", notifyOff: "Desativar", notifyNo: "Este navegador não aceita notificações.",
    search: "Buscar", offline: "Sem conexão. Tentando de novo …", failed: "Não funcionou: ", updated: "Há novidades.",
    denied: "O acesso não foi dado.", absent: "Esta conta não instalou a integração.",
    statuses: ["", "Deixou recado", "Ligar depois", "Não estava", "Conversou", "Número errado", "Não completou", "Ocupado", "Outro"],
  },
};

const language = [...navigator.languages, "en"].map((tag) => tag.slice(0, 2)).find((tag) => tag in TEXTS);
document.documentElement.lang = language;
export const words = TEXTS[language];
export const money = (value) => new Intl.NumberFormat(language).format(value);
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const calendar = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" });

/* A moment: only the time if it is today's. */
export function moment(seconds) {
  const at = new Date(seconds * 1000);
  return (at.toDateString() === new Date().toDateString() ? clock : calendar).format(at);
}
