"""What helpdesks call the states of a ticket, and a missing value, in eight languages; nothing but words.

Order of languages: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish.
"""

from __future__ import annotations

_STATES: dict[str, str] = {
    "queued": """
        new; queued; in queue; awaiting assignment; pending assignment; waiting for assignment; unassigned; not assigned; not started; logged; registered; submitted; received; to do
        neu; in der warteschlange; warteschlange; eingegangen; noch nicht zugewiesen; nicht zugewiesen; nicht begonnen; erfasst; wartet auf zuweisung; gemeldet; registriert
        nouveau; nouvelle; en file d attente; en attente d affectation; en attente d assignation; non assigné; non affecté; à traiter; enregistré; à faire
        nuevo; nueva; en cola; sin asignar; pendiente de asignación; pendiente de asignar; registrado; registrada; por hacer; no iniciado
        novo; nova; na fila; não atribuído; aguardando atribuição; registrado; a fazer; não iniciado
        nuovo; nuova; in coda; non assegnato; in attesa di assegnazione; da assegnare; registrato; da fare
        nieuw; nieuwe; in wachtrij; niet toegewezen; wacht op toewijzing; geregistreerd; aangemeld; te doen
        nowe; nowy; nowa; w kolejce; nieprzypisane; oczekuje na przypisanie; zarejestrowane; do zrobienia""",
    "working": """
        in progress; work in progress; wip; working; being worked on; under investigation; investigating; in process; active; accepted; started; ongoing; in treatment; in work
        in bearbeitung; in arbeit; wird bearbeitet; bearbeitung; in analyse; angenommen; aktiv; begonnen; in prüfung
        en cours; en cours de traitement; en traitement; pris en charge; prise en charge; en cours d analyse; en cours de résolution; accepté; en cours d intervention
        en curso; en progreso; en proceso; en tratamiento; en análisis; en investigación; trabajando; en ejecución; aceptado; aceptada; activo; activa
        em andamento; em atendimento; em progresso; em tratamento; em análise; em execução; aceito; em curso; ativo
        in corso; in lavorazione; in carico; preso in carico; in elaborazione; in analisi; in gestione; accettato; attivo
        in behandeling; bezig; in uitvoering; onder behandeling; wordt behandeld; geaccepteerd; in onderzoek; actief
        w toku; w trakcie; w trakcie realizacji; w realizacji; w trakcie rozwiązywania; przyjęte; w obsłudze; realizowane""",
    "waiting_customer": """
        awaiting user info; awaiting caller; waiting for customer; awaiting info; waiting for info; awaiting information; awaiting reply; waiting for reply; waiting on you; info requested; information requested; needs info; pending info; more info needed; awaiting feedback; waiting for feedback; awaiting response; waiting on customer
        rückfrage; rückfrage beim kunden; rückfrage an kunden; wartet auf rückmeldung; warten auf rückmeldung; wartet auf antwort; warten auf antwort; rückfrage an melder; rückfrage beim anwender; rückmeldung ausstehend
        en attente de réponse; en attente de retour; en attente d information; en attente d informations; attente client; attente utilisateur; attente retour client; en attente de votre réponse
        en espera de respuesta; en espera de información; a la espera de respuesta; pendiente de respuesta; pendiente de información; pendiente usuario; pendiente cliente; esperando respuesta
        aguardando resposta; aguardando retorno; aguardando informações; pendente cliente; pendente usuário; aguardando informação
        in attesa di risposta; in attesa di riscontro; in attesa di informazioni; attesa cliente; attesa utente
        wacht op reactie; wachten op reactie; wacht op antwoord; wacht op informatie; wachten op antwoord
        oczekuje na odpowiedź; oczekiwanie na odpowiedź; oczekuje na informacje; oczekiwanie na informacje""",
    "waiting_other": """
        awaiting problem; awaiting vendor; awaiting change; awaiting evidence; awaiting approval; awaiting parts; vendor; third party; waiting other
        beim hersteller; beim lieferanten; wartet auf ersatzteil; warten auf ersatzteil; wartet auf freigabe; warten auf freigabe; wartet auf dritte; warten auf dritte; externer dienstleister; beim dienstleister
        chez le fournisseur; en attente de pièce; en attente de validation; attente fournisseur; en attente de livraison
        en proveedor; pendiente de proveedor; pendiente de terceros; en espera de repuesto; pendiente proveedor; pendiente de aprobación; en espera de aprobación
        aguardando fornecedor; aguardando terceiros; aguardando peça; pendente fornecedor; aguardando aprovação
        in attesa di terzi; attesa fornitore; in attesa di ricambi; in attesa di approvazione
        bij leverancier; wacht op leverancier; wacht op derden; wacht op onderdelen; wacht op goedkeuring; bij derden
        u dostawcy; oczekuje na dostawcę; oczekuje na część; oczekuje na akceptację""",
    "open": """
        open; opened
        offen; geöffnet; eröffnet
        ouvert; ouverte
        abierto; abierta
        aberto; aberta
        aperto; aperta
        geopend
        otwarte; otwarty; otwarta""",
    "resolved": """
        resolved; solved; fixed
        gelöst; behoben
        résolu; résolue; solutionné
        resuelto; resuelta; solucionado; solucionada
        resolvido; resolvida; solucionado
        risolto; risolta
        opgelost
        rozwiązane; rozwiązany; rozwiązana""",
    "closed": """
        closed
        geschlossen
        fermé; fermée; clos; close; clôturé; clôturée
        cerrado; cerrada
        fechado; fechada; encerrado; encerrada
        chiuso; chiusa
        gesloten; afgesloten
        zamknięte; zamknięty; zamknięta""",
    "cancelled": """
        cancelled; canceled; withdrawn
        storniert; abgebrochen; zurückgezogen; annulliert
        annulé; annulée; retiré
        cancelado; cancelada; anulado; anulada; retirado
        cancelado; cancelada
        annullato; annullata; cancellato
        geannuleerd; ingetrokken
        anulowane; anulowany; wycofane""",
}

_UNSURE: dict[str, str] = {
    "waiting, but not for whom: waiting_customer or waiting_other": """
        pending; on hold; hold; wait; waiting; awaiting; suspended; paused; deferred; postponed; stalled; blocked
        wartend; warten; wartet; angehalten; ausgesetzt; zurückgestellt; pausiert; auf eis; ausstehend; in wartestellung; wiedervorlage
        en attente; en pause; suspendu; suspendue; attente; différé; bloqué; en suspens; mis en attente
        pendiente; en espera; en pausa; suspendido; suspendida; pausado; a la espera; aplazado; detenido
        pendente; em espera; suspenso; pausado; aguardando; em pausa; adiado
        in attesa; sospeso; sospesa; in pausa; in sospeso; attesa
        wachtend; in de wacht; in wacht; opgeschort; aangehouden; wacht; gepauzeerd
        oczekujące; wstrzymane; zawieszone; oczekuje; oczekiwanie; wstrzymany; odłożone""",
    "done, but not how: resolved or closed": """
        done; completed; complete; finished; ended; finalised; finalized; released
        erledigt; abgeschlossen; fertig; beendet; fertiggestellt
        terminé; terminée; achevé; fini; traité; effectué
        terminado; finalizado; finalizada; completado; completada; hecho; atendido; concluido
        concluído; concluída; finalizado; finalizada; completo; feito; atendido
        completato; completata; terminato; concluso; conclusa; finito
        gereed; afgehandeld; voltooid; klaar; afgerond; afgemeld
        zakończone; zakończony; ukończone; gotowe; zrealizowane; wykonane""",
    "in somebody's hands, but not whether taken up: queued or working": """
        assigned; dispatched; forwarded; reassigned; transferred; routed; triage; triaged; waiting for support; waiting for agent
        zugewiesen; weitergeleitet; zugeteilt; weitergegeben
        assigné; assignée; affecté; affectée; attribué; attribuée; transféré; réaffecté
        asignado; asignada; reasignado; transferido; derivado; escalado a grupo
        atribuído; atribuída; designado; encaminhado; transferido
        assegnato; assegnata; inoltrato; trasferito
        toegewezen; doorgestuurd; doorgezet
        przypisane; przypisany; przekazane; skierowane""",
    "no state but a step from done to open: see reopenings": """
        reopened; re opened; reopen; open again
        wiedereröffnet; wieder geöffnet; wieder eröffnet; neu geöffnet; erneut geöffnet; wiedergeöffnet; wieder offen
        rouvert; rouverte; réouvert; ré ouvert; réouverte
        reabierto; reabierta; re abierto
        reaberto; reaberta
        riaperto; riaperta
        heropend; opnieuw geopend
        ponownie otwarte; otwarte ponownie; wznowione""",
    "it may mean cancelled, or done without a fix": """
        rejected; declined; denied; deleted; removed; void; obsolete; merged; duplicate; spam; failed; invalid; won t fix; wont fix
        abgelehnt; gelöscht; zusammengeführt; doppelt; duplikat; verworfen; ungültig
        rejeté; rejetée; refusé; refusée; supprimé; supprimée; fusionné; doublon
        rechazado; rechazada; eliminado; borrado; fusionado; duplicado; descartado
        rejeitado; recusado; excluído; mesclado; duplicado
        rifiutato; respinto; eliminato; duplicato; unito
        afgewezen; verwijderd; samengevoegd; geweigerd
        odrzucone; usunięte; scalone; duplikat""",
}

_WAITS = """
    wait; waiting; awaiting; pending; on hold; hold; suspended; paused
    wartet; warten; wartend; wartet auf; warten auf; rückfrage; angehalten
    en attente; attente; suspendu; en pause
    en espera; pendiente; a la espera; esperando; suspendido; en pausa
    aguardando; pendente; em espera; suspenso
    in attesa; attesa; sospeso; in sospeso
    wacht; wachten; wachtend; wacht op
    oczekuje; oczekiwanie; wstrzymane; oczekujące"""

_CUSTOMER = """
    customer; user; caller; client; requester; reporter; end user; requestor
    kunde; kunden; anwender; benutzer; melder; nutzer; anwenders; anrufer; endanwender
    client; utilisateur; demandeur; appelant
    cliente; usuario; solicitante
    cliente; usuário; solicitante; requerente
    cliente; utente; richiedente
    klant; gebruiker; melder; aanmelder; aanvrager
    klienta; klient; użytkownika; użytkownik; zgłaszającego"""

_OTHERS = """
    vendor; supplier; third party; 3rd party; other; others; problem; change; part; parts; evidence; approval; implementation; provider; manufacturer; partner; delivery; release; deployment
    lieferant; lieferanten; hersteller; drittanbieter; dienstleister; dritte; ersatzteil; ersatzteile; freigabe; change; problem; genehmigung; externe; externen; lieferung; partner
    fournisseur; prestataire; tiers; éditeur; constructeur; pièce; validation; changement; livraison; problème
    proveedor; terceros; tercero; fabricante; repuesto; aprobación; cambio; entrega; problema
    fornecedor; terceiros; terceiro; fabricante; peça; aprovação; mudança; entrega; problema
    fornitore; terzi; produttore; ricambi; approvazione; modifica; consegna; problema
    leverancier; derden; fabrikant; onderdeel; onderdelen; goedkeuring; wijziging; levering; probleem
    dostawcy; dostawca; producenta; części; akceptację; zmianę; dostawę; problem"""

_NEGATIONS = """
    not; no; non; never; none; nor; neither; nothing; nobody; without; cannot; cant; isn; isnt; wasn; wasnt; aren; couldn; couldnt; didn; didnt; doesn; doesnt; hasn; hasnt; won; wont; don; dont
    nicht; kein; keine; keiner; keinen; keinem; ohne; nie; niemals
    non; pas; sans; ne; ni; jamais; aucun; aucune
    no; sin; nunca; ni; ningún; ninguna; jamás
    não; sem; nunca; nem; nenhum; nenhuma
    non; senza; mai; né; nessun; nessuno; nessuna
    niet; geen; zonder; nooit
    nie; bez; nigdy; brak; żaden"""

_FAILURES = """
    failed; failure; unsuccessful; unsuccessfully; incomplete
    erfolglos; fehlgeschlagen; gescheitert; unerledigt
    échec; échoué; échouée; irrésolu; irrésolue
    fallido; fallida; fracaso
    falhou; falha; insucesso; insolúvel
    fallito; fallita; irrisolto; irrisolta
    mislukt; onopgelost
    nieudane; niepowodzenie"""

_HARMLESS = """
    permanently; permanent; automatically; automatic; auto; by timer; by system; by the system; successful; successfully; confirmed; final; finally; remotely; on site; by phone; in call
    dauerhaft; automatisch; durch timer; durch system; durch das system; erfolgreich; bestätigt; endgültig; vor ort; telefonisch
    définitivement; automatiquement; automatique; par le système; avec succès; confirmé; confirmée; à distance; sur site
    permanentemente; automáticamente; automático; por el sistema; con éxito; confirmado; confirmada; definitivo
    automaticamente; pelo sistema; com sucesso; definitivamente
    automatico; dal sistema; con successo; confermato; confermata
    door systeem; door het systeem; succesvol; bevestigd; definitief
    trwale; automatycznie; przez system; pomyślnie; potwierdzone; ostatecznie"""

_MISSING = """
    ?; ??; ???; n/a; #n/a; na; n.a.; n. a.; #na; #n/b; #nv; n/v; k.a.; k. a.; #ref!; #value!; #wert!; #multivalue; null; (null); <null>; \\n; nil; none; (none); <none>; nan; nat; -; --; ---; \u2013; \u2014; .; empty; (empty); <empty>; blank; (blank); not set; (not set); not available; not specified; unspecified; undefined; missing; no value
    leer; (leer); nicht gesetzt; keine angabe; ohne angabe; nicht verfügbar; keine; nicht angegeben
    vide; (vide); non renseigné; non défini; non disponible; aucun; aucune; s/o; néant; non spécifié
    vacío; (vacío); (en blanco); en blanco; no disponible; ninguno; ninguna; sin datos; n/d; s/d; no definido; no especificado
    vazio; (vazio); (em branco); não informado; não definido; nenhum; nenhuma; não disponível
    vuoto; (vuoto); non impostato; nessuno; nessuna; non disponibile; non definito
    leeg; (leeg); niet ingesteld; geen; n.v.t.; niet ingevuld
    brak; (puste); puste; nie ustawiono; brak danych; nie dotyczy; nie podano"""

_UNASSIGNED = """
    unassigned; not assigned; (unassigned); <unassigned>; nobody; no group; no team
    nicht zugewiesen; (nicht zugewiesen); nicht zugeordnet; niemand; ohne zuweisung; unzugewiesen
    non assigné; non affecté; non attribué; personne
    sin asignar; no asignado; (sin asignar); nadie
    não atribuído; sem atribuição; ninguém
    non assegnato; (non assegnato)
    niet toegewezen; niemand
    nieprzypisane; nieprzypisany; brak przypisania"""


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.strip() for phrase in text.replace("\n", ";").split(";") if phrase.strip()))


STATE_WORDS = {state: _phrases(text) for state, text in _STATES.items()}
"""Labels that mean a state."""

UNSURE_WORDS = {why: _phrases(text) for why, text in _UNSURE.items()}
"""Labels that speak of states without meaning just one of them, by what they leave open."""

WAITS, CUSTOMER, OTHERS = _phrases(_WAITS), _phrases(_CUSTOMER), _phrases(_OTHERS)
"""Words of waiting, and for whom."""

NEGATIONS, FAILURES = _phrases(_NEGATIONS), _phrases(_FAILURES)
"""Words, one each, that deny what stands beside them, or that a thing was done."""

HARMLESS = _phrases(_HARMLESS)
"""Details of a done label that leave it what it is."""

ZENDESK = {
    "new": "queued",
    "open": "working",
    "pending": "waiting_customer",
    "hold": "waiting_other",
    "solved": "resolved",
    "closed": "closed",
    "deleted": "cancelled",
}
"""Zendesk's own labels, which mean more where they stand together than each word alone."""

XES_LIFECYCLE = frozenset(
    _phrases(
        "schedule; assign; withdraw; reassign; start; suspend; resume; pi_abort; ate_abort; complete; autoskip; "
        "manualskip; unknown"
    )
)
"""The standard XES life cycle of an activity: no states of a ticket."""

MISSING = frozenset(_phrases(_MISSING))
"""What stands for a missing value; compared without regard to case."""

UNASSIGNED = frozenset(_phrases(_UNASSIGNED))
"""What stands, in a column of departments or agents, for nobody."""

FLAGS = frozenset(
    _phrases(
        "true; false; yes; no; y; n; t; f; 0; 1; ja; nein; wahr; falsch; oui; non; vrai; faux; si; sí; verdadero; falso; "
        "sim; não; verdadeiro; vero; nee; waar; onwaar; tak; nie; prawda; fałsz"
    )
)
"""Yes and no."""
