"""What helpdesk exports call their columns, in eight languages; nothing but words.

For each role two lists: names that mean it and little else, and names that may mean something else too.
Each line of a list is one language: English (with the keys of ServiceNow, Zendesk, Jira, XES and the like),
German, French, Spanish, Portuguese, Italian, Dutch, Polish. ``ended_at``, ``substate``, ``field`` and
``value`` are no roles of a dialect; they tell columns apart that would be taken for one.
"""

from __future__ import annotations

_STRONG: dict[str, str] = {
    "case": """
        ticket number; ticket no; ticket nr; ticket id; ticket; ticket key; incident number; incident id; incident no; case id; case number; case no; case key; issue key; issue id; conversation id; case concept name; request number; request id; problem number; sr number; service request number; task number; ticket ref; ticket reference; incident
        vorgangsnummer; ticketnummer; vorgangs nr; vorgang nr; vorgangs id; vorgang; störungsnummer; störung nr; störungs id; störung id; incidentnummer; fallnummer; fall id; meldungsnummer; meldung nr; meldungs id; anfragenummer; anfrage id; auftragsnummer; auftrag nr; auftrags id; auftrag; problemnummer; vorgang id; servicefallnummer; serviceanfragenummer; anliegennummer
        numéro de ticket; numéro ticket; n ticket; no ticket; numéro d incident; numéro incident; n incident; numéro de dossier; référence ticket; numéro de demande; id ticket
        número de ticket; n de ticket; número de incidencia; número de incidente; nº incidencia; no incidencia; id de ticket; id ticket; número de caso; número de solicitud; código de incidencia; folio
        número do chamado; nº chamado; chamado; id do chamado; número do incidente; número da ocorrência; número do ticket
        numero ticket; numero del ticket; numero incidente; codice ticket; numero richiesta; numero segnalazione
        ticketnummer; incidentnummer; meldingnummer; meldingsnummer; melding nr; zaaknummer; aanvraagnummer
        numer zgłoszenia; nr zgłoszenia; numer incydentu; id zgłoszenia; numer biletu; numer sprawy""",
    "time": """
        updated at; updated on; updated; sys updated at; sys updated on; last updated; last update; last updated at; timestamp; time timestamp; time stamp; event time; event timestamp; event date; changed at; changed on; change date; change time; modified at; modified on; modified; last modified; last modified date; modified date; changed date; updated date; last updated date; last update date; changed; date modified; update time; history date; action time; date changed
        zeitstempel; geändert am; geändert; aktualisiert am; aktualisiert; letzte änderung; letzte aktualisierung; änderungsdatum; zeitpunkt; änderungszeitpunkt; buchungszeit; zuletzt geändert; zuletzt geändert am; datum der änderung
        horodatage; mis à jour le; mise à jour; date de mise à jour; date de modification; modifié le; dernière mise à jour; dernière modification; date de l événement; date de l action
        fecha de actualización; actualizado; actualizado el; última actualización; fecha de modificación; modificado el; marca de tiempo; fecha y hora; fecha hora; fecha del evento; fecha de cambio; fecha de la acción
        data de atualização; atualizado em; última atualização; data de modificação; data da alteração; alterado em; data hora; data e hora; carimbo de data hora
        data aggiornamento; aggiornato il; ultimo aggiornamento; data modifica; modificato il; data e ora; marca temporale; data ora; ultima modifica
        tijdstempel; gewijzigd op; bijgewerkt op; laatst gewijzigd; wijzigingsdatum; datum wijziging; datum tijd; laatste wijziging
        znacznik czasu; data modyfikacji; zmodyfikowano; data zmiany; zaktualizowano; data aktualizacji; ostatnia aktualizacja; data zdarzenia""",
    "opened_at": """
        opened at; opened on; opened; open date; open time; date opened; reported at; reported date; reported on; submitted at; submit date; submitted on; ticket created; ticket created at
        eröffnet am; eröffnet; eröffnungsdatum; gemeldet am; gemeldet; meldedatum; eingangsdatum; eingang; eröffnungszeit; eingegangen am
        ouvert le; date d ouverture; ouverture; date de déclaration; date ouverture; signalé le
        fecha de apertura; abierto el; apertura; fecha apertura; reportado el; fecha de reporte
        data de abertura; aberto em; abertura; data abertura
        data apertura; aperto il; apertura; data di apertura
        geopend op; aangemeld op; openingsdatum; datum aanmelding; aanmelddatum; meldingsdatum
        data otwarcia; otwarto; data zgłoszenia; zgłoszono; data rejestracji""",
    "promised_at": """
        due date; due at; due; promised at; promised date; target date; sla due; made sla due; deadline; due by; resolution due; target resolution date
        fällig am; fällig; fälligkeit; fälligkeitsdatum; zieltermin; zieldatum; zugesagt bis; lösung bis
        échéance; date d échéance; date limite; date cible; date échéance
        fecha de vencimiento; vencimiento; fecha límite; fecha compromiso; fecha comprometida; fecha objetivo
        data de vencimento; prazo; data limite; prazo de solução; vencimento
        scadenza; data di scadenza; data scadenza
        vervaldatum; streefdatum; deadline; uiterste datum
        termin realizacji; termin; data docelowa""",
    "ended_at": """
        closed at; closed on; closed; close date; date closed; resolved at; resolved on; resolved; resolution date; resolved date; solved at; completed at; end date; ended at; closed date; date resolved; first response; first reply; reopened at; reopened time; delivered at
        geschlossen am; geschlossen; gelöst am; behoben am; abschlussdatum; schließdatum; erledigt am; abgeschlossen am; lösungsdatum; ende
        fermé le; clos le; clôturé le; date de clôture; résolu le; date de résolution; date de fermeture; date clôture
        fecha de cierre; cerrado el; fecha de resolución; resuelto el; fecha cierre; fecha resolución; fecha de solución; cierre
        data de fechamento; fechado em; resolvido em; data de encerramento; encerrado em; data de resolução; data de solução
        data chiusura; chiuso il; data di chiusura; risolto il; data risoluzione
        gesloten op; afgesloten op; opgelost op; afmelddatum; gereed op; datum gereed
        data zamknięcia; zamknięto; data rozwiązania; rozwiązano""",
    "state": """
        state; status; incident state; incident status; ticket status; ticket state; issue status; case status; current status; new status; status name; problem state; request status; status to; to status
        status neu; ticketstatus; zustand; bearbeitungsstatus; vorgangsstatus; neuer status; bearbeitungsstand
        statut; état; statut du ticket; état du ticket; statut ticket; nouveau statut; état de l incident
        estado; estatus; estado del ticket; estado de la incidencia; estado actual; situación; nuevo estado
        situação; estado do chamado; status do chamado; situação do chamado
        stato; stato ticket; stato del ticket; stato richiesta
        toestand; meldingstatus; status melding
        stan; status zgłoszenia; stan zgłoszenia""",
    "substate": """
        substatus; sub status; substate; sub state; status reason; hold reason; on hold reason; pending reason; lifecycle transition; status detail; status details; wait reason
        unterstatus; statusgrund; wartegrund; haltegrund; status detail; statusdetail; detailstatus; zusatzstatus
        sous statut; sous état; motif d attente; motif de mise en attente; raison du statut; détail du statut
        subestado; motivo de espera; motivo del estado; sub estado; motivo de pausa; detalle de estado
        substatus; motivo da pendência; subestado; motivo da espera; motivo do status
        sottostato; motivo attesa; motivo sospensione; dettaglio stato
        substatus; wachtreden; reden wachten; statusreden
        podstatus; powód wstrzymania; powód statusu""",
    "department": """
        assignment group; assigned group; assigned team; group; group id; group name; team; team id; team name; support group; support team; resolver group; queue; queue name; org group; organization involved; organisation involved; owner group; assignee group; work group; workgroup; service desk group; assigned queue; responsible group; responsible team
        bearbeitergruppe; zuweisungsgruppe; zugewiesene gruppe; bearbeitungsgruppe; zuständige gruppe; gruppe; supportgruppe; lösungsgruppe; bearbeitendes team; zuständiges team; lösergruppe; bearbeiterteam; queue; warteschlange; fachgruppe
        groupe d affectation; groupe affecté; groupe assigné; groupe; équipe; équipe assignée; groupe de support; équipe support; groupe de résolution; file; groupe en charge; équipe en charge; groupe d assignation
        grupo de asignación; grupo asignado; grupo; equipo; equipo asignado; grupo de soporte; grupo resolutor; cola; equipo responsable; grupo responsable
        grupo de atribuição; grupo designado; grupo solucionador; equipe; time; fila; equipe responsável; grupo de atendimento; equipa
        gruppo di assegnazione; gruppo assegnato; gruppo; squadra; coda; gruppo di supporto; gruppo assegnazione; team assegnato
        behandelaarsgroep; behandelgroep; behandelende groep; groep; toegewezen groep; oplosgroep; wachtrij; toewijzingsgroep; team
        grupa przypisania; grupa wsparcia; grupa; zespół; kolejka; przypisana grupa; grupa robocza; grupa rozwiązująca""",
    "agent": """
        assigned to; assignee; assignee id; assignee name; assigned to name; agent; agent name; owner; ticket owner; technician; assigned agent; assigned user; assigned person; org resource; resource; handler; current assignee; hubspot owner; owner name; owner id
        bearbeiter; zugewiesen an; techniker; zuständig; zuständiger bearbeiter; sachbearbeiter; agent
        assigné à; affecté à; technicien; agent; intervenant; attribué à; assigné; personne affectée; responsable du ticket
        asignado a; agente; técnico; técnico asignado; agente asignado; responsable; asignado
        atribuído a; atendente; técnico; agente; responsável; designado para; analista; técnico responsável
        assegnato a; operatore; tecnico; assegnatario; agente
        behandelaar; toegewezen aan; oplosser; medewerker; agent; behandelaar naam
        przypisany do; przypisane do; przypisano do; agent; technik; operator; wykonawca; osoba przypisana""",
    "actor": """
        updated by; sys updated by; changed by; modified by; last modified by; actor; author; actor id; performed by; edited by; author id; last updated by; changed by user
        geändert von; aktualisiert von; durchgeführt von; änderer; autor; zuletzt geändert von
        modifié par; mis à jour par; auteur; effectué par; modificateur
        modificado por; actualizado por; autor; realizado por; cambiado por
        alterado por; atualizado por; modificado por; autor; executado por
        modificato da; aggiornato da; autore; eseguito da
        gewijzigd door; bijgewerkt door; auteur; uitgevoerd door
        zmodyfikowane przez; zmienione przez; autor; zaktualizowane przez""",
    "resolution": """
        closed code; close code; closure code; resolution code; resolution; resolution type; closure reason; close reason; solution code; completion code; outcome code
        abschlusscode; lösungscode; abschlussgrund; lösungsart; schließcode; erledigungsart; lösungsschlüssel
        code de clôture; code de résolution; code de fermeture; motif de clôture; type de résolution
        código de cierre; código de resolución; motivo de cierre; tipo de resolución; código de solución
        código de fechamento; código de encerramento; código de resolução; motivo do fechamento; código de solução
        codice di chiusura; codice chiusura; codice risoluzione; motivo chiusura
        afsluitcode; sluitcode; oplossingscode; afmeldcode; sluitingsreden
        kod zamknięcia; kod rozwiązania; powód zamknięcia""",
    "requester": """
        caller; caller id; requester; requester id; requester name; reporter; requested for; requested by; reported by; submitter; end user; customer id; contact id; opened for; caller name
        melder; anforderer; anrufer; antragsteller; gemeldet von; ersteller der meldung; kundennummer; auftraggeber
        demandeur; appelant; déclarant; utilisateur final; bénéficiaire; signalé par
        solicitante; informador; reportado por; usuario solicitante; peticionario; usuario final
        solicitante; requerente; usuário solicitante; aberto para
        richiedente; segnalatore; chiamante; segnalato da
        aanmelder; melder; aanvrager; gemeld door; indiener
        zgłaszający; wnioskodawca; osoba zgłaszająca; zgłoszone przez""",
    "category": """
        category; ticket category; issue category; incident category; category name
        kategorie; ticketkategorie; störungskategorie
        catégorie; catégorie du ticket
        categoría; categoría del ticket
        categoria; categoria do chamado
        categoria
        categorie
        kategoria; kategoria zgłoszenia""",
    "priority": """
        priority; ticket priority; incident priority; priority name
        priorität; prio; ticketpriorität; dringlichkeitsstufe
        priorité; priorité du ticket
        prioridad
        prioridade
        priorità
        prioriteit
        priorytet""",
    "channel": """
        channel; contact type; via channel; contact channel; intake channel; contact method; ticket channel
        kanal; eingangskanal; meldeweg; kontaktart; kontaktkanal; meldekanal
        canal; canal de contact; type de contact; mode de contact; canal d entrée
        canal; canal de contacto; vía de contacto; tipo de contacto; canal de entrada
        canal; canal de atendimento; tipo de contato; canal de entrada; canal de contato
        canale; canale di contatto; tipo di contatto
        kanaal; ingangskanaal; soort binnenkomst; binnenkomstkanaal
        kanał; kanał kontaktu; sposób zgłoszenia""",
    "activity": """
        activity; activity name; action; event; event name; event type; concept name; transition; change type
        aktivität; aktion; ereignis; tätigkeit; vorgangsschritt
        activité; action; événement
        actividad; acción; evento
        atividade; ação; evento
        attività; azione; evento
        activiteit; actie; gebeurtenis
        aktywność; działanie; zdarzenie; czynność""",
    "field": """
        field name; field; field id; fieldname; property name; changed field; attribute
        feld; feldname; geändertes feld
        champ; nom du champ; champ modifié
        campo; nombre del campo; campo modificado
        campo; nome do campo
        campo; nome campo
        veld; veldnaam
        pole; nazwa pola""",
    "value": """
        value; new value; newvalue; to value; to string; new; value to
        wert; neuer wert; neu
        valeur; nouvelle valeur
        valor; nuevo valor; valor nuevo
        valor; novo valor
        valore; nuovo valore
        waarde; nieuwe waarde
        wartość; nowa wartość""",
}

_WEAK: dict[str, str] = {
    "case": """
        number; id; no; nr; key; case; ref; reference; issue; task; request; sys id; problem id
        nummer; fall; kennung; anfrage; meldung; störung; referenz
        numéro; n; dossier; référence; demande; incident
        número; caso; incidencia; solicitud; referencia
        número; ocorrência; referência; protocolo; solicitação
        numero; codice; richiesta; segnalazione
        nummer; zaak; melding; aanvraag
        numer; zgłoszenie; sprawa""",
    "time": """
        time; date; datetime; date time; created at; created on; created; date created; creation date; start; start time; start timestamp; begin; complete timestamp; timestamp instant; logged at; fivetran start
        zeit; datum; datum uhrzeit; datum zeit; erstellt am; erstellt; angelegt am; beginn; erfasst am
        date; date et heure; date heure; créé le; date de création; début
        fecha; hora; creado; creado el; fecha de creación; inicio
        data; criado em; data de criação; início
        data; creato il; data creazione; inizio
        datum; tijd; tijdstip; aangemaakt op; aanmaakdatum
        data; czas; utworzono; data utworzenia; data i czas""",
    "opened_at": """
        created at; created on; created; creation date; date created; sys created at; sys created on; createdate; create date; created date
        erstellt am; erstellt; angelegt am; erstellungsdatum; anlagedatum; erfasst am; erstelldatum
        créé le; date de création; créé; date création
        creado; creado el; fecha de creación; fecha creación; fecha de alta; alta
        criado em; data de criação; criado
        creato il; data creazione; data di creazione
        aangemaakt op; aanmaakdatum; datum aangemaakt; gemaakt op
        utworzono; data utworzenia; utworzone""",
    "promised_at": "planned end; sla end; expected end; planned end time; sla target",
    "ended_at": "first agent reply date; waiting since; snoozed until; synced; fivetran synced; deleted at; fivetran end",
    "state": """
        stage; phase; pipeline stage; step; status category; category of status
        stand; phase
        phase; étape; avancement
        fase; etapa
        fase; etapa; andamento
        fase
        fase; voortgang
        faza; etap""",
    "substate": "reason; grund; motif; motivo; reden; powód",
    "department": """
        department; dept; unit; business unit; division; desk; organization; organisation; support organization; support organisation; line; tier; support level; owning team; section
        abteilung; bereich; fachbereich; einheit; organisationseinheit; team neu; stelle; referat; support level
        service; département; direction; unité; pôle; niveau; entité
        departamento; área; sección; unidad; servicio; nivel; nivel de soporte
        departamento; setor; área; unidade; nível
        reparto; ufficio; dipartimento; unità; settore; area; livello
        afdeling; sector; eenheid; dienst; lijn
        dział; wydział; jednostka; linia wsparcia; departament; komórka""",
    "agent": """
        user; user id; employee; staff; operator; engineer; analyst; specialist
        mitarbeiter; benutzer; zuweisung
        utilisateur; opérateur; gestionnaire
        usuario; operador; gestor
        usuário; operador
        utente; incaricato
        gebruiker
        użytkownik; pracownik""",
    "actor": "user; user id; created by; modifier; source id; benutzer; erfasst von; utilisateur; usuario; usuário; utente; gebruiker; użytkownik",
    "resolution": "code; close notes; reason; result; lösung; solución; solution; solução; soluzione; oplossing; rozwiązanie; résolution; resolución",
    "requester": """
        customer; client; contact; customer name; user; source author id; account; company
        kunde; anwender; nutzer; kontakt; kundenname; auftraggeber
        client; contact; utilisateur
        cliente; contacto; usuario
        cliente; contato; usuário
        cliente; contatto; utente
        klant; gebruiker; contactpersoon
        klient; kontakt; użytkownik""",
    "category": """
        subject area; type; ticket type; issue type; topic; class; subcategory; classification; u symptom
        typ; art; themengebiet; ticketart; klassifikation
        type; nature; thème; type de demande
        tipo; tipología; tipo de incidencia; clasificación
        tipo; assunto; classificação
        tipo; argomento; tipologia; classificazione
        soort; type; onderwerp; soort melding
        typ; rodzaj""",
    "priority": "severity; urgency; impact; schweregrad; dringlichkeit; urgence; gravité; urgencia; gravedad; urgência; urgenza; urgentie; pilność",
    "channel": "source; via; origin; quelle; herkunft; eingang über; origine; source de la demande; origen; origem; origine; bron; źródło",
    "activity": "step; task name; type of change; schritt; étape; paso; etapa; passo; stap; krok",
    "field": "property; name; attribut",
    "value": "to",
}


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase.strip() for phrase in text.replace("\n", ";").split(";") if phrase.strip()))


STRONG = {role: _phrases(text) for role, text in _STRONG.items()}
"""Names that mean a role and little else."""

WEAK = {role: _phrases(text) for role, text in _WEAK.items()}
"""Names that may mean a role."""
