// What the chat says, in the languages it speaks.
const WORDS = {
  en: {
    write: "Write a message…", send: "Send", hello: "Hello! Write to us, we answer here.", you: "You",
    sending: "Sending…", sent: "Sent", failed: "Not sent. Press to try again.",
    kept: "Sent when the chat opens.", manager: "Manager",
    closed: "This chat is closed right now.",
    offline: "No connection. What you write is kept and sent as soon as it is back.", gone: "This chat does not exist.",
    messages: "Messages", file: "File", open: "Open chat", close: "Close chat",
    typing: "is typing…", attach: "Attach a file", emoji: "Emoji", tooLarge: "This file is too large.",
    picture: "Picture", choose: "Choose",
    name: "Name", email: "E-mail", phone: "Phone", save: "Leave my contacts",
    whoAsks: "Leave your contacts, so that we can answer later. What you write is sent as soon as the chat opens.",
    whoThanks: "Thank you! We will get back to you.",
    chat: "Chat", notSaved: "This could not be saved. Please try again.",
  },
  es: {
    write: "Escriba un mensaje…", send: "Enviar", hello: "¡Hola! Escríbanos, respondemos aquí.", you: "Usted",
    sending: "Enviando…", sent: "Enviado", failed: "No se envió. Pulse para reintentar.",
    kept: "Se enviará cuando se abra el chat.", manager: "Gestor",
    closed: "Este chat está cerrado en este momento.",
    offline: "Sin conexión. Lo que escriba se guarda y se envía en cuanto vuelva.", gone: "Este chat no existe.",
    messages: "Mensajes", file: "Archivo", open: "Abrir el chat", close: "Cerrar el chat",
    typing: "está escribiendo…", attach: "Adjuntar un archivo", emoji: "Emoji", tooLarge: "El archivo es demasiado grande.",
    picture: "Imagen", choose: "Elegir",
    name: "Nombre", email: "Correo", phone: "Teléfono", save: "Dejar mis datos",
    whoAsks: "Deje sus datos para que podamos responderle más tarde. Lo que escriba se envía en cuanto se abra el chat.",
    whoThanks: "¡Gracias! Nos pondremos en contacto.",
    chat: "Chat", notSaved: "No se pudo guardar. Inténtelo de nuevo.",
  },
  pt: {
    write: "Escreva uma mensagem…", send: "Enviar", hello: "Olá! Escreva para nós, respondemos aqui.", you: "Você",
    sending: "Enviando…", sent: "Enviada", failed: "Não enviada. Toque para tentar de novo.",
    kept: "Será enviada quando o chat abrir.", manager: "Atendente",
    closed: "Este chat está fechado no momento.",
    offline: "Sem conexão. O que você escrever fica guardado e é enviado assim que ela voltar.",
    gone: "Este chat não existe.",
    messages: "Mensagens", file: "Arquivo", open: "Abrir o chat", close: "Fechar o chat",
    typing: "está digitando…", attach: "Anexar um arquivo", emoji: "Emoji", tooLarge: "O arquivo é grande demais.",
    picture: "Imagem", choose: "Escolher",
    name: "Nome", email: "E-mail", phone: "Telefone", save: "Deixar meus contatos",
    whoAsks: "Deixe seus contatos para respondermos depois. O que você escrever é enviado assim que o chat abrir.",
    whoThanks: "Obrigado! Entraremos em contato.",
    chat: "Chat", notSaved: "Não foi possível salvar. Tente novamente.",
  },
};

export function chooseLanguage(wanted) {
  const known = [wanted, ...(navigator.languages || [])].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag) => tag in WORDS) || "en";
}

export function words(language) {
  return WORDS[language];
}
